# Hands pip's index, local wheels and certificate authority over to uv, which does not read pip's configuration.
# Sourced from the project's folder by tools/install and tools/lock. Values go into the environment, never into a file.

# pip's own order: its environment variable, then its configuration files.
pip_setting() {
    variable=PIP_$(printf %s "$1" | tr 'a-z-' 'A-Z_')
    eval "value=\${$variable:-}"
    [ -n "$value" ] || value=$(.venv/bin/python -m pip config get "global.$1" 2>/dev/null) ||
        value=$(.venv/bin/python -m pip config get "install.$1" 2>/dev/null) || value=
    printf %s "$value" | tr '\n' ' ' | sed 's/ *$//'
}

hand_over() {
    [ -n "$2" ] || return 0
    eval "[ -n \"\${$1:-}\" ]" || export "$1=$2"
}

configure_uv() {
    hand_over UV_DEFAULT_INDEX "$(pip_setting index-url)"
    hand_over UV_INDEX "$(pip_setting extra-index-url)"
    hand_over UV_FIND_LINKS "$(pip_setting find-links | tr ' ' ',')"
    hand_over UV_HTTP_TIMEOUT "$(pip_setting timeout)"
    hand_over SSL_CERT_FILE "$(pip_setting cert)"
    [ -n "${SSL_CERT_FILE:-}" ] || hand_over UV_SYSTEM_CERTS 1
    # Another environment may be active in the caller's shell.
    export VIRTUAL_ENV="$PWD/.venv"
}
