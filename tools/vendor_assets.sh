#!/bin/sh
# Takes over what the pages and charts need from npm packages: htmx, Be Vietnam Pro, and the figures of Inter.
#
#   tools/vendor_assets.sh    writes payments_hub/web/static/vendor and payments_hub/jobs/fonts
#
# The result is committed, so nobody needs npm to run or to test the hub. Packages come from where npm and pip are set
# up to take them on this machine; their integrity is npm's to check.
set -eu

cd "$(dirname "$0")/.."
. tools/index.sh
configure_uv

HTMX=2.0.11
FACES=5.3.0
FONTTOOLS=4.60.1

static=payments_hub/web/static/vendor
charts=payments_hub/jobs/fonts
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

take() { # name version: unpacks the package into $work/<last part of its name>
    (cd "$work" && npm pack --silent "$1@$2" >pack.txt)
    mkdir -p "$work/${1##*/}"
    tar -xzf "$work/$(tail -n 1 "$work/pack.txt")" -C "$work/${1##*/}" --strip-components=1
}

take htmx.org $HTMX
take @fontsource/be-vietnam-pro $FACES
take @fontsource/inter $FACES

rm -rf "$static" "$charts"
mkdir -p "$static" "$charts"
cp "$work/htmx.org/dist/htmx.min.js" "$static/htmx.min.js"
cp "$work/htmx.org/LICENSE" "$static/LICENSE-htmx.txt"
for weight in 400 500 600 700; do
    for subset in latin vietnamese; do
        cp "$work/be-vietnam-pro/files/be-vietnam-pro-$subset-$weight-normal.woff2" "$static/"
    done
done
for folder in "$static" "$charts"; do
    cp "$work/be-vietnam-pro/LICENSE" "$folder/LICENSE-be-vietnam-pro.txt"
    cp "$work/inter/LICENSE" "$folder/LICENSE-inter.txt"
done
.venv/bin/uv --quiet run --no-project --with "fonttools[woff]==$FONTTOOLS" python tools/cut_fonts.py \
    "$work/be-vietnam-pro/files" "$work/inter/files" "$static" "$charts"
printf '%s\n' "htmx.org $HTMX" "@fontsource/be-vietnam-pro $FACES" "@fontsource/inter $FACES" >"$static/VERSIONS.txt"
