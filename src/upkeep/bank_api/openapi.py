"""The OpenAPI 3.1 description of the interface, made from the operations: what is served is what is described."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from upkeep.bank_api import faults
from upkeep.bank_api.calls import Operation
from upkeep.bank_api.faults import FAULTS, Fault
from upkeep.bank_api.fields import Field, Schema, example_of, object_schema
from upkeep.bank_api.operations import OPERATIONS

ROOT = "/api/bank/v1/"
_ALWAYS = (
    faults.UNSIGNED,
    faults.BAD_SIGNATURE,
    faults.KEY_NOT_IN_USE,
    faults.TOO_OLD,
    faults.NONCE_USED,
    faults.WRONG_METHOD,
)
_OF_CHANGES = (faults.MALFORMED, faults.KEY_REUSED, faults.TOO_LARGE, faults.WRONG_TYPE, faults.INVALID)
_HEADERS = {
    "X-Upkeep-Key": ("密钥编号", {"type": "string", "pattern": "^[A-Za-z0-9]{1,20}$"}, "BK0123456789ABCDEF"),
    "X-Upkeep-Time": (
        "发送时间，Unix 秒数；与平台时间相差不超过 300 秒",
        {"type": "string", "pattern": "^[1-9][0-9]{8,10}$"},
        "1795314600",
    ),
    "X-Upkeep-Nonce": (
        "随机数，每个请求不同",
        {"type": "string", "pattern": "^[A-Za-z0-9_-]{16,64}$"},
        "6f1d0c9b8a7e4f53",
    ),
    "X-Upkeep-Signature": (
        "签名，十六进制：HMAC-SM3，或 SM2 的 DER",
        {"type": "string", "pattern": "^[0-9A-Fa-f]{64,160}$"},
        "5a4f3fd570a7ba4492ef1539244fa4c2cec18bc722de101699577c93521210e3",
    ),
}
_IDEMPOTENCY = (
    "幂等键：一笔业务一个，重发时不变；相同的键得到相同的应答",
    {"type": "string", "pattern": "^[A-Za-z0-9_.:-]{8,64}$"},
    "8800120261122000017",
)


def describe() -> Schema:
    """The whole description."""
    paths: dict[str, Any] = {}
    for one in OPERATIONS:
        paths.setdefault(f"{ROOT}{one.path}", {})[one.method.lower()] = _operation(one)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "住宅专项维修资金 · 专户银行接口",
            "version": "1.0.0",
            "description": "供专户银行的系统查询单据、确认收款和付款、冲正、报告结息、上送对账单。"
            "签名和幂等的规则见 docs/bank-api.md。",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "security": [{"Key": [], "Signature": []}],
        "paths": paths,
        "components": {
            "schemas": {"Fault": _fault_schema()},
            "securitySchemes": {
                "Key": {"type": "apiKey", "in": "header", "name": "X-Upkeep-Key"},
                "Signature": {"type": "apiKey", "in": "header", "name": "X-Upkeep-Signature"},
            },
        },
    }


def _operation(one: Operation) -> Schema:
    parameters = [_parameter(field, "path") for field in one.args] + [
        _parameter(field, "query") for field in one.query
    ]
    headers = _HEADERS | ({"Idempotency-Key": _IDEMPOTENCY} if one.changes else {})
    parameters += [
        {"name": name, "in": "header", "required": True, "description": words, "schema": schema, "example": example}
        for name, (words, schema, example) in headers.items()
    ]
    found: Schema = {
        "operationId": one.name,
        "summary": one.title,
        "description": one.description,
        "parameters": parameters,
        "responses": {"200": _done(one)} | _refusals(one),
    }
    if one.changes:
        content = {"schema": object_schema(one.body), "example": example_of(one.body)}
        found["requestBody"] = {"required": True, "content": {"application/json": content}}
    return found


def _parameter(field: Field, place: str) -> Schema:
    return {
        "name": field.name,
        "in": place,
        "required": field.required,
        "description": field.title,
        "schema": field.kind.schema(),
        "example": field.kind.example,
    }


def _done(one: Operation) -> Schema:
    headers = {"X-Upkeep-Signature": _header("应答签名；SM2 密钥的应答没有")}
    if one.changes:
        headers["Idempotent-Replayed"] = _header("true：这是同一幂等键第一次得到的应答")
    content = {"schema": object_schema(one.answer, is_answer=True), "example": example_of(one.answer)}
    return {"description": "已办理", "headers": headers, "content": {"application/json": content}}


def _header(words: str) -> Schema:
    return {"description": words, "required": False, "schema": {"type": "string"}}


def faults_of(one: Operation) -> list[Fault]:
    """Every way in which the operation may be refused, in the order of the list."""
    mine = {*_ALWAYS, *one.faults, *(_OF_CHANGES if one.changes else ()), *((faults.INVALID,) if one.query else ())}
    return [fault for fault in FAULTS if fault in mine]


def _refusals(one: Operation) -> Schema:
    by_status: dict[int, list[Fault]] = {}
    for fault in faults_of(one):
        by_status.setdefault(fault.status, []).append(fault)
    return {str(status): _refusal(some) for status, some in sorted(by_status.items())}


def _refusal(some: Sequence[Fault]) -> Schema:
    examples = {one.code: {"value": {"code": one.code, "message": one.text, "problems": []}} for one in some}
    content = {"schema": {"$ref": "#/components/schemas/Fault"}, "examples": examples}
    return {"description": "；".join(one.text for one in some), "content": {"application/json": content}}


def _fault_schema() -> Schema:
    problem = {
        "type": "object",
        "properties": {
            "field": {"type": "string", "description": "哪个项目，例如 amount_fen 或 lines[3].serial；空为整个报文"},
            "message": {"type": "string", "description": "哪里不对"},
        },
        "required": ["field", "message"],
        "additionalProperties": False,
    }
    return {
        "type": "object",
        "properties": {
            "code": {"type": "string", "enum": [one.code for one in FAULTS], "description": "错误代码，供程序判断"},
            "message": {"type": "string", "description": "说明，供人阅读；措辞可能变化"},
            "problems": {"type": "array", "items": problem, "description": "逐项的问题"},
        },
        "required": ["code", "message", "problems"],
        "additionalProperties": False,
    }


def as_text(description: Schema) -> str:
    """As it is served and kept in `docs/bank-api.openapi.json`."""
    return json.dumps(description, ensure_ascii=False, indent=1) + "\n"


def operation_table() -> str:
    """The list of operations for `docs/bank-api.md`."""
    lines = ["| operation | address | |", "|---|---|---|"]
    return "\n".join(
        lines + [f"| `{one.name}` | `{one.method} {ROOT}{one.path}` | {one.title} |" for one in OPERATIONS]
    )


def fault_table(rows: Iterable[Fault] = FAULTS) -> str:
    """The list of faults for `docs/bank-api.md`."""
    lines = ["| code | status | 含义 | 怎么办 |", "|---|---|---|---|"]
    return "\n".join(lines + [f"| `{one.code}` | {one.status} | {one.text} | {one.again} |" for one in rows])


DESCRIPTION = as_text(describe())
