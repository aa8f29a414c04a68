"""The sentences a person reads: what happened and what to do, one pair for each case of each code."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from payments_hub.domain.languages import Words

EXPLANATIONS: Mapping[str, Words] = MappingProxyType(
    {
        "E1001/empty": Words(
            "Thông điệp rỗng. Để báo không phát sinh, gửi một lát với action NIL; để rút lại, action DELETE.",
            "The message is empty. To report nothing, send a slice with action NIL; to take one back, DELETE.",
        ),
        "E1001/encoding": Words(
            "Nội dung không phải UTF-8 hợp lệ. Hãy xuất lại dữ liệu bằng UTF-8.",
            "The content is not valid UTF-8. Write it again as UTF-8.",
        ),
        "E1001/not-json": Words(
            "Nội dung không phải JSON: {detail}. Mỗi bản ghi phải là trọn một thông điệp, không phải một dòng của "
            "nó (như kcat -l gửi). Nếu không phải vậy, hãy kiểm tra phần mềm tạo thông điệp.",
            "The content is not JSON: {detail}. Each record is one whole message, not a line of one (as kcat -l sends "
            "it). If that is not it, check the software that writes the message.",
        ),
        "E1001/not-object": Words(
            "Cần một đối tượng JSON là CloudEvent, nhưng nhận được {got}.",
            "A JSON object, a CloudEvent, was due; {got} came.",
        ),
        "E1001/several": Words(
            "Nhiều thông điệp được gửi như một ({content_type}). Qua HTTP, gửi danh sách JSON bằng {list_type}, "
            "hoặc mỗi dòng một thông điệp bằng {lines_type}; nơi khác, gửi từng thông điệp.",
            "Several messages came as one ({content_type}). Over HTTP send a JSON list as {list_type}, "
            "or one message a line as {lines_type}; elsewhere send each on its own.",
        ),
        "E1001/duplicate-key": Words(
            "Khóa {field} xuất hiện hai lần trong một đối tượng nên không rõ giá trị nào đúng. Chỉ giữ một.",
            "The key {field} stands twice in one object, so nobody can tell which value is meant. Keep one.",
        ),
        "E1001/too-deep": Words(
            "Các đối tượng lồng nhau quá sâu. Một lát cần nhiều nhất 5 tầng.",
            "Objects are nested too deep. A slice needs five levels at most.",
        ),
        "E1001/not-cloudevent": Words(
            "Đối tượng không phải CloudEvent 1.0: thiếu {field}. Hãy gửi phong bì đầy đủ.",
            "The object is not a CloudEvent 1.0: {field} is missing. Send the whole envelope.",
        ),
        "E1001/header": Words(
            "Tiêu đề {name} bị lặp, rỗng, không phải UTF-8 hoặc viết hoa qua Kafka. "
            "Hãy gửi mỗi tiêu đề một lần, bằng UTF-8, tên viết thường.",
            "The header {name} is repeated, empty, not UTF-8 or, over Kafka, written in capitals. "
            "Send each header once, as UTF-8, its name in small letters.",
        ),
        "E1001/content-type": Words(
            "Kiểu nội dung {got} không đọc được. Dùng một trong: {allowed}.",
            "The content type {got} cannot be read. Use one of: {allowed}.",
        ),
        "E1002": Words(
            "{field} là {got}, hệ thống không biết giá trị này. Dùng một trong: {allowed}.",
            "{field} is {got}, which the hub does not know. Use one of: {allowed}.",
        ),
        "E1003/bytes": Words(
            "Thông điệp dài {size} byte, giới hạn là {limit}. Hãy chia theo địa điểm hoặc kỳ.",
            "The message is {size} bytes long, the limit is {limit}. Split it by site or period.",
        ),
        "E1003/cells": Words(
            "Lát có hơn {limit} ô. Hãy kiểm tra các chiều của luồng.",
            "The slice has more than {limit} cells. Check the flow's dimensions.",
        ),
        "E1101": Words(
            "source là {got}, nhưng thông tin xác thực hoặc chủ đề thuộc {partner}. Hãy dùng {expected}.",
            "source is {got}, but this credential or topic belongs to {partner}. Use {expected}.",
        ),
        "E1102": Words(
            "Mã sự kiện {got} đã dùng cho nội dung khác. Mỗi sự kiện mới cần một id mới.",
            "The event id {got} was used for other content. Give each new event a new id.",
        ),
        "E1103/missing": Words(
            "Đơn vị đã đăng ký khóa ký nên mọi thông điệp phải có đủ ba tiêu đề webhook-id, webhook-timestamp và "
            "webhook-signature. Hãy ký thông điệp, hoặc thu hồi khóa ký.",
            "You have a signing key, so each message needs the three headers webhook-id, webhook-timestamp and "
            "webhook-signature. Sign the message, or revoke the key.",
        ),
        "E1103/unreadable": Words(
            "Không đọc được tiêu đề chữ ký: webhook-id không có dấu chấm hay khoảng trắng, webhook-timestamp là "
            "số giây, webhook-signature là 1 đến {most} chữ ký v1,BASE64 hoặc v1a,BASE64, cách nhau một dấu cách.",
            "The headers of the signature cannot be read: webhook-id has no dot and no space, webhook-timestamp is in "
            "seconds, webhook-signature is 1 to {most} of v1,BASE64 or v1a,BASE64, one space between them.",
        ),
        "E1103/wrong": Words(
            "Không chữ ký nào do khóa đang dùng của đơn vị tạo ra trên đúng các byte này. Hãy ký "
            "id.thời-điểm.nội-dung trên chính các byte được gửi, bằng khóa chưa thu hồi.",
            "No signature was made by a live key of yours over these bytes. Sign id.timestamp.body over the very bytes "
            "that are sent, with a key that is not revoked.",
        ),
        "E1103/binary": Words(
            "Chữ ký không bao gồm tiêu đề {got}. Đơn vị có khóa ký phải gửi ở chế độ có cấu trúc: cả CloudEvent nằm "
            "trong nội dung.",
            "The signature does not cover the header {got}. Who has a signing key sends in structured mode: the whole "
            "CloudEvent in the body.",
        ),
        "E2001": Words("Thiếu {field}. Hãy bổ sung.", "{field} is missing. Add it."),
        "E2001/cells": Words(
            "REPLACE cần ít nhất một ô. Không phát sinh: dùng NIL; rút lại: dùng DELETE.",
            "REPLACE needs at least one cell. Nothing to report: use NIL; to take it back: DELETE.",
        ),
        "E2001/reason": Words(
            "Từ lần sửa 1 phải nêu lý do. Dùng một trong: {allowed}.",
            "From revision 1 on, a reason is due. Use one of: {allowed}.",
        ),
        "E2002/not-integer": Words(
            "{field} là {got}; cần số nguyên viết bằng chữ số, không dấu ngoặc kép, không phần thập phân.",
            "{field} is {got}; a whole number is due, in plain digits, without quotes or decimals.",
        ),
        "E2002/not-text": Words("{field} là {got}; cần một chuỗi ký tự.", "{field} is {got}; a text is due."),
        "E2002/not-object": Words("{field} là {got}; cần một đối tượng.", "{field} is {got}; an object is due."),
        "E2002/not-list": Words("{field} là {got}; cần một danh sách.", "{field} is {got}; a list is due."),
        "E2002/not-finite": Words(
            "{field} là {got}, không phải một số hữu hạn mà hệ thống lưu được. Hãy gửi số nguyên.",
            "{field} is {got}, not a finite number that the hub can keep. Send a whole number.",
        ),
        "E2002/negative": Words(
            "{field} là {got}, không được âm. Hoàn tiền ghi vào refund_count và refund_amount.",
            "{field} is {got} and must not be negative. Refunds belong in refund_count and refund_amount.",
        ),
        "E2002/too-large": Words(
            "{field} là {got}, lớn hơn mức cho phép {limit}.", "{field} is {got}, above the greatest value {limit}."
        ),
        "E2002/too-long": Words(
            "{field} dài quá {limit} ký tự. Hãy rút ngắn.", "{field} is longer than {limit} characters. Shorten it."
        ),
        "E2002/empty": Words("{field} rỗng. Hãy điền giá trị.", "{field} is empty. Fill it in."),
        "E2002/control-character": Words(
            "{field} chứa ký tự điều khiển. Hãy bỏ ký tự đó.", "{field} holds a control character. Remove it."
        ),
        "E2002/period": Words(
            "Kỳ {got} không có trong lịch. Viết 2026-07-03, 2026-07, 2026-Q3 hoặc 2026, từ 2000 đến 2100.",
            "{got} is no period of the calendar. Write 2026-07-03, 2026-07, 2026-Q3 or 2026, from 2000 to 2100.",
        ),
        "E2002/time": Words(
            "time là {got}; cần ngày giờ có múi giờ, như 2026-07-04T02:11:09Z, từ năm 2000 đến 2100.",
            "time is {got}; a date and time with its offset is due, like 2026-07-04T02:11:09Z, from 2000 to 2100.",
        ),
        "E2002/time-ahead": Words(
            "time là {got}, nhanh hơn đồng hồ của hệ thống ({now}) quá 5 phút. Hãy chỉnh đồng hồ máy gửi.",
            "time is {got}, over 5 minutes ahead of the hub's clock ({now}). Set the sender's clock.",
        ),
        "E2002/coverage": Words(
            "Số điểm báo cáo {got} lớn hơn tổng số {total}. Hãy kiểm tra coverage.",
            "{got} reporting is more than the total of {total}. Check coverage.",
        ),
        "E2002": Words("{field} không hợp lệ: {got}.", "{field} is not valid: {got}."),
        "E2003": Words(
            "{field} không có trong hợp đồng dữ liệu. Hãy bỏ hoặc sửa tên trường.",
            "{field} is no field of the contract. Remove it or correct its name.",
        ),
        "E2003/action": Words(
            "Lát {action} không mang {field}. Hãy bỏ trường này, hoặc dùng REPLACE.",
            "A {action} slice carries no {field}. Remove it, or use REPLACE.",
        ),
        "E2003/missing-cell": Words(
            "Ô có status M (thiếu số liệu) không mang {field}. Hãy bỏ trường này hoặc đổi status.",
            "A cell of status M (missing) carries no {field}. Remove it or change the status.",
        ),
        "E2004": Words(
            "{field} có vẻ chứa {kind_vi}. Hệ thống chỉ nhận số liệu tổng hợp: hãy xóa và gửi lại.",
            "{field} seems to hold {kind_en}. The hub takes aggregates only: remove it and send again.",
        ),
        "E2101": Words(
            "{field} là {got}, không có trong danh mục. Mã hợp lệ: {allowed}.",
            "{field} is {got}, which is not in the list. Valid codes: {allowed}.",
        ),
        "E2101/site": Words(
            "Hệ thống không có địa điểm {got}. Hãy kiểm tra mã, hoặc báo người quản trị bổ sung rồi gửi lại.",
            "The hub has no place {got}. Check the code, or ask the hub to add it and send again.",
        ),
        "E2101/bare-area": Words(
            "{got} là mã đơn vị hành chính không kèm danh mục có ngày; từ 1/7/2025 nhiều mã chỉ đơn vị khác. "
            "Viết như VN-COMMUNE-2025-07-01:11914.",
            "{got} is an area code without its dated scheme; since 1 July 2025 many codes mean another unit. "
            "Write it like VN-COMMUNE-2025-07-01:11914.",
        ),
        "E2101/undated-area": Words(
            "{got} thiếu ngày của danh mục đơn vị hành chính. Viết như VN-COMMUNE-2025-07-01:11914.",
            "{got} lacks the date of its area scheme. Write it like VN-COMMUNE-2025-07-01:11914.",
        ),
        "E2101/scheme": Words(
            "Hệ thống không có danh mục đơn vị hành chính của {got}. Danh mục hợp lệ: {schemes}.",
            "The hub has no area scheme for {got}. Valid schemes: {schemes}.",
        ),
        "E2102": Words(
            "{got} không có hiệu lực trong cả kỳ {period}: danh mục thay đổi ngày {cut}. "
            "Kỳ này dùng: {schemes}. Kỳ nằm hai bên ngày đó phải tách thành hai.",
            "{got} is not valid for the whole of {period}: the scheme's cut is on {cut}. "
            "Valid then: {schemes}. A period on both sides of that day must be split in two.",
        ),
        "E2102/split": Words(
            "{got} không có hiệu lực trong cả kỳ {period}: danh mục thay đổi ngày {cut}. "
            "Hãy tách kỳ thành hai tại ngày đó.",
            "{got} is not valid for the whole of {period}: the scheme's cut is on {cut}. "
            "Split the period in two at that day.",
        ),
        "E2102/no-scheme": Words(
            "Không danh mục đơn vị hành chính nào của hệ thống có hiệu lực trong kỳ {period}; "
            "danh mục của {got} có hiệu lực {held_vi}. Hãy kiểm tra kỳ.",
            "No area scheme that the hub has holds in {period}; that of {got} holds {held_en}. Check the period.",
        ),
        "E2103": Words(
            "{got} không mở cửa trong kỳ {period}. Hãy kiểm tra mã và kỳ, hoặc báo người quản trị sửa ngày mở cửa.",
            "{got} was not open in {period}. Check site and period, or ask the hub to correct its opening days.",
        ),
        "E3001": Words(
            "Kỳ {got} chưa kết thúc: hôm nay là {today}. Hãy gửi sau ngày cuối kỳ.",
            "{got} is not over yet: today is {today}. Send it after its last day.",
        ),
        "E3002/dimension": Words(
            "Luồng {flow} không có chiều {field}. Chiều của luồng: {has}.",
            "The flow {flow} has no dimension {field}. Its dimensions: {has}.",
        ),
        "E3002/measure": Words(
            "Luồng {flow} không có {field}. Số đo của luồng: {has}.",
            "The flow {flow} has no {field}. Its measures: {has}.",
        ),
        "E3002/frequency": Words(
            "Kỳ {got} sai tần suất: luồng {flow} nhận báo cáo theo {has_vi}.",
            "{got} is of the wrong frequency: {flow} is reported by the {has_en}.",
        ),
        "E3002/registered-frequency": Words(
            "Kỳ {got} sai tần suất: {flow} của địa điểm này đã đăng ký theo {has_vi}. Gửi cả hai sẽ đếm hai lần.",
            "{got} is of the wrong frequency: {flow} at this site is registered by the {has_en}. "
            "Both would count twice.",
        ),
        "E3002/not-registered": Words(
            "Đơn vị chưa đăng ký luồng {got} tại địa điểm này. Đã đăng ký: {has}.",
            "The flow {got} is not registered for you at this site. Registered: {has}.",
        ),
        "E3002/nothing-registered": Words(
            "Đơn vị chưa đăng ký luồng {got} tại địa điểm này. Đã đăng ký: không có luồng nào.",
            "The flow {got} is not registered for you at this site. Registered: none.",
        ),
        "E3002/place-kind": Words(
            "Luồng {flow} không nhận {kind_vi}. Loại địa điểm hợp lệ: {has_vi}.",
            "The flow {flow} does not take a place of this kind: {kind_en}. Its kinds: {has_en}.",
        ),
        "E3003": Words(
            "Ô này trùng các chiều với ô số {first}. Hãy gộp hai ô.",
            "This cell has the same dimensions as cell {first}. Merge the two.",
        ),
        "E3004": Words(
            "Tổng {field} của các ô là {total}, số kiểm soát là {got}. Hãy kiểm tra ô thiếu hoặc thừa.",
            "The cells' {field} add up to {total}, the control says {got}. Look for a missing or extra cell.",
        ),
        "E3005": Words(
            "count là {count} nhưng amount là {amount}. Cả hai cùng bằng 0 hoặc cùng lớn hơn 0.",
            "count is {count} but amount is {amount}. Either both are 0 or both are above it.",
        ),
        "E3007": Words(
            "Với {n} đơn vị đóng góp, hai tỷ trọng {top1} và {top2} (phần vạn) không thể có. Hãy tính lại.",
            "Of {n} owners, the two largest cannot hold {top1} and {top2} basis points. Compute them again.",
        ),
        "E4001": Words(
            "Lần sửa {got} đã có nội dung khác; lần hiện hành là {current}. Hãy gửi với số lớn hơn.",
            "Revision {got} is there with other content; the current one is {current}. Send a higher number.",
        ),
        "E4001/held": Words(
            "Lần sửa {got} đang được giữ với nội dung khác đến khi cán bộ quyết định. Hãy gửi với số lớn hơn.",
            "Revision {got} is held with other content until an officer decides. Send a higher number.",
        ),
        "H4003": Words(
            "Kỳ đã khóa sổ; lát được giữ đến khi cán bộ quyết định.",
            "The period is locked; the slice is held until an officer decides.",
        ),
        "H4003/refused": Words(
            "Cán bộ không nhận lát vào kỳ đã khóa: {reason}. Số của lần sửa này dùng lại được.",
            "An officer refused the slice for the locked period: {reason}. Its revision number is free again.",
        ),
        "W3008": Words(
            "Bảng kê ghi {got}, các lát đã nhận cộng lại {total}. Hãy gửi lát còn thiếu hoặc bảng kê mới.",
            "The manifest says {got}, the slices received add up to {total}. Send what is missing, or a new manifest.",
        ),
        "W4002": Words(
            "Lần sửa {got} bỏ cách; lẽ ra phải là {expected}. Đã nhận; hãy kiểm tra có lần nào gửi sót.",
            "Revision {got} skips, {expected} was due. It is accepted; check whether one was never sent.",
        ),
        "W5001": Words(
            "{field} là {got}, ngoài khoảng {low} đến {high} của chính chuỗi này. Hãy xác nhận hoặc sửa.",
            "{field} is {got}, outside {low} to {high}, the series' own range. Confirm or correct it.",
        ),
        "W5002": Words(
            "Chuỗi đều đến {last} rồi không có gì, cũng không có NIL. Hãy gửi lát hoặc NIL.",
            "A steady series until {last}, then nothing and no NIL. Send the slice or a NIL.",
        ),
        "W5003": Words(
            "Bình quân mỗi giao dịch {got} ngoài khoảng {low} đến {high} thường gặp của luồng. Hãy kiểm tra.",
            "The mean of {got} a payment is outside {low} to {high}, the flow's usual range. Check it.",
        ),
        "W5003/series": Words(
            "Bình quân mỗi giao dịch {got} ngoài khoảng {low} đến {high} của chính chuỗi này. Hãy xác nhận hoặc sửa.",
            "The mean of {got} a payment is outside {low} to {high}, this series' own range. Confirm or correct it.",
        ),
        "W5003/thousand": Words(
            "Bình quân mỗi giao dịch {got} ngoài khoảng {low} đến {high}. Có thể lệch đơn vị nghìn: hãy kiểm tra.",
            "The mean of {got} a payment is outside {low} to {high}. It may be a slip of a thousand: check the unit.",
        ),
        "W5004": Words(
            "Một nguồn khác của địa điểm này báo lệch hơn {percent} % so với {got} của nguồn này. Hãy đối chiếu.",
            "Another source for this site differs by over {percent} % from this one's {got}. Compare the two.",
        ),
        "W5005": Words(
            "Số liệu giống hệt kỳ {previous}. Hãy xác nhận đây không phải bản sao.",
            "The figures are exactly those of {previous}. Confirm that they are no copy.",
        ),
        "W5006": Words(
            "Lần sửa làm mất hơn một phần ba: từ {before} còn {got}. Hãy xác nhận.",
            "The revision drops over a third: {before} became {got}. Confirm it.",
        ),
        "W5007": Words(
            "Hoàn tiền ({got}) lớn hơn doanh số gộp ({gross}). Hãy kiểm tra.",
            "The refunds ({got}) are above the gross figure ({gross}). Check them.",
        ),
    }
)
