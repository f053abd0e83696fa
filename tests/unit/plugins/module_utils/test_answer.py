# Copyright (c) 2026, The community.smspartner contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where an answer ends and what is none begins."""

from __future__ import annotations

import json
import typing as t

import pytest
from ansible_collections.community.smspartner.plugins.module_utils import _answer
from ansible_collections.community.smspartner.plugins.module_utils._errors import CutOff, NoUsableAnswer

XML = "<result><entry>{}</entry><entry>{}</entry><entry>{}</entry></result>"


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}")])
def test_an_answer_may_be_so_deep_and_no_deeper(opening: str, closing: str) -> None:
    def nested(depth: int) -> bytes:
        return f'{{"code": 4, "x": {opening * depth}1{closing * depth}}}'.encode()

    assert _answer.read(nested(_answer.MAX_DEPTH)).code == 4
    with pytest.raises(NoUsableAnswer, match="nested too deeply"):
        _answer.read(nested(_answer.MAX_DEPTH + 1))


@pytest.mark.parametrize("row", ["{}", '{"a": [[1]]}', '[{"b": {}}]', '"[{[{"'])
def test_many_rows_are_not_deep(row: str) -> None:
    rows = ", ".join([row] * 100)
    assert len(_answer.read(f'{{"code": 200, "data": [{rows}]}}'.encode()).body["data"]) == 100


def test_many_rows_hide_no_depth() -> None:
    deep = "[" * 40 + "]" * 40
    with pytest.raises(NoUsableAnswer, match="nested too deeply"):
        _answer.read(f'{{"code": 200, "data": [{"{}, " * 100}{deep}]}}'.encode())


@pytest.mark.parametrize(
    ("members", "name"),
    [
        ('"code": 200, "success": true, "code": 4', "code"),
        ('"code": 4, "\\u0063ode": 4', "code"),
        ('"code": 200, "data": [{"id": 1, "phoneNumber": "+1", "id": 2}]', "id"),
        ('"code": 200, "data": [{}, {"id": 1, "id": 1}]', "id"),
        ('"code": 200, "data": [{"a": {"b": [1, 2, {"c": 1, "c": 2}]}}]', "c"),
        ('"code": 200, "data": [1, 2], "data": [{"id": 1}]', "data"),
    ],
)
def test_a_name_that_comes_twice_is_no_answer(members: str, name: str) -> None:
    with pytest.raises(NoUsableAnswer, match=f"JSON that gives {name} twice") as failure:
        _answer.read(f"{{{members}}}".encode())
    assert failure.value.body == f"{{{members}}}"


@pytest.mark.parametrize("value", ['"a, b, c"', "{}", "[]", "[[1, 2], [3]]", '{"code": {"code": 4, "a": 1}}', '[{}, {}, {"code": 1}, {"code": 1}]'])
def test_a_name_may_come_again_elsewhere(value: str) -> None:
    assert _answer.read(f'{{"code": 4, "x": {value}}}'.encode()).body["x"] == json.loads(value)


def test_a_long_list_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    readings: list[str] = []
    loads = json.loads

    def counted(text: str, **options: t.Any) -> t.Any:
        readings.append(text)
        return loads(text, **options)

    monkeypatch.setattr(json, "loads", counted)
    row = '{"id": 1, "phoneNumber": "+33612345678", "createdAt": "2026-11-24 10:00:00"}'
    assert len(_answer.read(f'{{"code": 200, "data": [{row}, {row}, {row}], "nbData": 3}}'.encode()).body["data"]) == 3
    assert len(readings) == 1


@pytest.mark.parametrize(
    ("sent", "carried"),
    [
        ('"a\\ud800b"', "a\ufffdb"),
        ('"\\ud83d\\udd11"', "\U0001f511"),
        ('["\\udfff", {"\\udc00": 1.5}]', ["\ufffd", {"\ufffd": 1.5}]),
        ('{"_ansible_type": "w", "__ansible_type": "x", "___ansible_type": "y"}', {f"{'_' * n}ansible_type": v for n, v in ((3, "w"), (4, "x"), (5, "y"))}),
        ('[{"\\u005f_ansible_\\ud800": 1}]', [{"____ansible_\ufffd": 1}]),
        ('{"ansible_x": 1, "a_ansible_x": "_ansible_x"}', {"ansible_x": 1, "a_ansible_x": "_ansible_x"}),
    ],
)
def test_what_ansible_could_not_carry_is_written_otherwise(sent: str, carried: t.Any) -> None:
    assert _answer.read(f'{{"code": 4, "x": {sent}}}'.encode()).body["x"] == carried


def test_xml_too_is_made_to_be_carried() -> None:
    assert _answer.read(b"<result><code>4</code><__ansible_type>x</__ansible_type></result>", xml=True).body == {"code": 4, "____ansible_type": "x"}


@pytest.mark.parametrize("digits", ["0", "4", "-4", "12345678901234567890123"])
def test_a_code_is_a_whole_number_of_any_size(digits: str) -> None:
    assert _answer.read(f'{{"code": {digits}}}'.encode()).code == int(digits)


@pytest.mark.parametrize(
    ("value", "number"),
    [("4", 4), ("0", 0), ("9" * 19, int("9" * 19)), ("9" * 20, None), ("", None), ("-4", None), ("04", None), ("4.0", None), (4.0, None), (True, None)],
)
def test_whole_numbers(value: t.Any, number: int | None) -> None:
    assert _answer.whole_number(value) == number


def test_success_counts_only_beside_code_200() -> None:
    assert _answer.read(b'{"success": true, "code": 200}').succeeded
    assert not _answer.read(b'{"success": true, "code": 4}').succeeded
    assert not _answer.read(b'{"success": 1, "code": 200}').succeeded


@pytest.mark.parametrize(
    ("member", "message"),
    [('"a"', "a"), ('""', ""), ("null", ""), ("42", "42"), ('{"phone": ["trop court", "\u00e9"]}', '{"phone": ["trop court", "\u00e9"]}')],
)
def test_a_message_that_is_no_text_is_shown_as_json(member: str, message: str) -> None:
    assert _answer.read(f'{{"code": 4, "message": {member}}}'.encode()).message == message
    assert _answer.read(b'{"code": 4}').message == ""


def test_xml_has_the_types_of_json() -> None:
    assert _answer.read(XML.format("true", 200, " a ").encode(), xml=True).body == {"success": True, "code": 200, "message": " a "}
    assert _answer.read(XML.format("maybe", 4, "a<b>c</b>").encode(), xml=True).body == {"success": "maybe", "code": 4, "message": "ac"}


def test_what_xml_has_for_a_code_that_is_none_is_kept() -> None:
    with pytest.raises(NoUsableAnswer, match="without a code") as failure:
        _answer.read(XML.format("false", "four", "a").encode(), xml=True)
    assert failure.value.response == {"success": False, "code": "four", "message": "a"}


def test_a_document_type_is_refused_even_without_entities() -> None:
    with pytest.raises(NoUsableAnswer, match="broken or declares entities"):
        _answer.read(f"<!DOCTYPE result>{XML.format('false', 4, 'a')}".encode(), xml=True)


@pytest.mark.parametrize("body", [b'{"code": 4, "x": NaN}', b'{"code": 4, "x": [-Infinity]}', XML.format("false", 4, "a").encode()])
def test_what_is_no_json_is_no_answer(body: bytes) -> None:
    with pytest.raises(NoUsableAnswer, match="something other than JSON"):
        _answer.read(body)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32", "utf-16-le", "utf-32-be"])
def test_a_byte_order_mark_does_no_harm(encoding: str) -> None:
    assert _answer.read('{"code": 4, "message": "é"}'.encode(encoding)).message == "é"


@pytest.mark.parametrize(("text", "xml"), [('\n {"code": 4}\n', False), ("\n <result><code>4</code></result>\n", True)])
def test_the_text_is_kept_as_it_came(text: str, xml: bool) -> None:
    assert _answer.read(b"\xef\xbb\xbf" + text.encode(), xml=xml).text == text


@pytest.mark.parametrize("front", [b"\xef\xbb\xbf" * 2, b"\r\n\xef\xbb\xbf", b"\xef\xbb\xbf \t\xef\xbb\xbf\n"])
def test_byte_order_marks_do_no_harm_wherever_they_stand_in_front(front: bytes) -> None:
    assert _answer.read(front + b'{"code": 4}\n').code == 4
    assert _answer.read(front + XML.format("false", 4, "a").encode(), xml=True).code == 4


@pytest.mark.parametrize(
    ("whole", "xml"),
    [
        ('{"code" : 4 ,\n "a": { "b" : [ 1 , -2.5, 0.25E-2, 1e+5, {}]}, "t": true, "f": false, "n": null, "s": "\u00e9 \\u00e9\\n \\" \\ud83d\\ude00"}', False),
        ("<?xml version='1.0' encoding='UTF-8'?>\n<result x='y'><entry>true</entry><entry><![CDATA[a]]>&amp;\u00e9</entry></result>", True),
        (" <result>\n<code>4</code></result>", True),
        ("<?xml version='1.0'?><!-- a -->\n<result><code>\u20ac\U0001f511a\u00e9</code></result>", True),
    ],
)
def test_each_beginning_of_an_answer_breaks_off(whole: str, xml: bool) -> None:
    body = whole.encode()
    for front in (b"", b"\xef\xbb\xbf"):
        for end in range(2, len(body)):
            with pytest.raises(CutOff, match="breaks off"):
                _answer.read(front + body[:end], xml=xml)


@pytest.mark.parametrize(
    "body",
    [
        "<!",
        "<!-",
        "<?xml version='1.0'?><!-",
        "<!-- a",
        "<!-- a -->",
        "<!-- a --> <!-- <html> --><resu",
        "<?a b?><!-- a\n --><result><code>4",
        "\n<?x",
        "<?a b?>\n<?xml",
    ],
)
def test_comments_may_stand_before_what_breaks_off(body: str) -> None:
    with pytest.raises(CutOff):
        _answer.read(body.encode(), xml=True)


@pytest.mark.parametrize(
    ("body", "xml"),
    [
        (b'{"code": 4}<!-- cached -->', False),
        (b'{"code": 4};', False),
        (b'{"code": 4} t', False),
        (b'{"code": 4} "b', False),
        (b'{"code": 4}\xc3', False),
        (b'{"code": "4" t', False),
        (b'{"code": "4".', False),
        (b'{"code": [1, 4 e', False),
        (b'{"code": "4" u00', False),
        (b"{t", False),
        (b"{.", False),
        (b'{"code": 4 <p>\n\n', False),
        (b'{"code": 4, "message": "a\n', False),
        (b'{"code": 4, "x": NaN', False),
        (b"{code: 4", False),
        (b"{% error %}\n<html>", False),
        (b'["code", 4', False),
        (b"Caf\xc3", False),
        (b"<html><p>no <results> found</p></html>", True),
        (b"<html>", True),
        (b"<results>", True),
        (b"<!-- <result> --><html>", True),
        (b"<?php\nrequire 'app.php';\n", True),
        (b"<?php require 'app.php'; ?>\n", True),
        (b"<?xml version='1.0'?><?php a ?>\n<?php b ?>", True),
        (b"<?xmlrpc", True),
        (b"<!DOCTYPE", True),
        (b"<result><code>4</result>", True),
        (b"<result/>junk", True),
        (b"<result>&code;", True),
    ],
)
def test_what_no_answer_begins_with_does_not_break_off(body: bytes, xml: bool) -> None:
    with pytest.raises(NoUsableAnswer) as failure:
        _answer.read(body, xml=xml)
    assert not isinstance(failure.value, CutOff)


@pytest.mark.parametrize(
    ("body", "xml", "what", "response"),
    [
        (b"", False, "an empty body", None),
        (b" \n", True, "an empty body", None),
        (b"\xff", False, "bytes that are not text", None),
        (b"<?xml version='1.0' encoding='nonsense'?><result/>", True, "bytes that are not text", None),
        (b"<?xml version='1.0' encoding='nonsense'?><result/>", False, "something other than JSON", None),
        (b"<html>", False, "something other than JSON", None),
        (b"[" * 100_000, False, "something other than JSON", None),
        (b"Go away", True, "something other than JSON", None),
        (b"[1]", False, "JSON that is not an object", None),
        (b'{"code": 4, "x": ' + b"[" * 40 + b"]" * 40 + b"}", False, "JSON that is nested too deeply", None),
        (b"{}", False, "an answer without a code that is a whole number", {}),
        (b'{"code": 4.0}', False, "an answer without a code that is a whole number", {"code": 4.0}),
        (b"<result>", True, "XML that breaks off", None),
        (b"<result></result", True, "XML that breaks off", None),
        (b"<result></results>", True, "XML that is broken or declares entities", None),
        (b"<html>", True, "XML that is broken or declares entities", None),
        (b'{"code": 4', False, "JSON that breaks off", None),
        (b'{"code": 4,}\n', False, "something other than JSON", None),
        (b"<html/>", True, "XML that is not a result", None),
        (b"<result><code>4</code><entry>1</entry><code>4</code></result>", True, "XML that gives code twice", None),
    ],
)
def test_no_answer(body: bytes, xml: bool, what: str, response: t.Any) -> None:
    with pytest.raises(NoUsableAnswer) as failure:
        _answer.read(body, xml=xml)
    assert str(failure.value) == (f"the server sent {what}. Check that api_url leads to the SMS Partner API, and that no proxy answers in its place.")
    assert failure.value.response == response
    assert failure.value.body == ("" if what in ("an empty body", "bytes that are not text") else body.decode())


def test_numbers_are_kept_unless_no_json_could_hold_them() -> None:
    assert _answer.read(b'{"code": 4, "x": [1.5, -1e3, 1e999, -1e999]}').body["x"] == [1.5, -1000.0, "1e999", "-1e999"]


def test_xml_may_name_its_members_and_have_more_of_them() -> None:
    xml = "<r:result xmlns:r='urn:r'><code> 4 </code><entry>a</entry><entry>b</entry><entry>c</entry><entry>d</entry><other> e </other></r:result>"
    assert _answer.read(f"\n{xml}\n".replace("<entry>a</entry>", "<success> false </success>").encode(), xml=True).body == {
        "code": 4,
        "success": False,
        "message": "b",
        "entry": ["c", "d"],
        "other": " e ",
    }


def test_a_declared_encoding_is_followed() -> None:
    xml = "<?xml version='1.0' encoding=\"ISO-8859-1\"?>" + XML.format("false", 4, "\xe9")
    assert _answer.read(xml.encode("latin-1"), xml=True).message == "\xe9"
