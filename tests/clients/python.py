"""Asks a server through the official Python SDK, version 2, as `asked.mjs` does."""

import asyncio
import json
import sys

import httpx2
from mcp import Client, MCPError
from mcp.client.stdio import StdioServerParameters
from mcp.client.streamable_http import streamable_http_client

task = json.load(sys.stdin)


def transport():
    if task.get("url"):
        client = httpx2.AsyncClient(headers={"Authorization": f"Bearer {task['token']}"}, timeout=120)
        return streamable_http_client(task["url"], http_client=client)
    command, *args = task["command"]
    return StdioServerParameters(command=command, args=args, env=task["environment"])


async def outcome(call):
    try:
        result = await call
    except MCPError as error:
        return {"code": error.error.code, "message": error.error.message}
    if result.is_error:
        return {"isError": True, "text": result.content[0].text}
    return {"isError": False, "structured": result.structured_content}


async def one(client, number):
    name = f"pod-{number}"
    manifest = f"{{apiVersion: v1, kind: Pod, metadata: {{name: {name}}}, spec: {{hostPID: true, containers: []}}}}"
    arguments = {"manifest": manifest, "rule": ["host-namespaces"]}
    result = await client.call_tool("check_manifest", arguments)
    return result.structured_content["findings"][0]["object"]["name"] == name


async def main():
    mode = "auto" if task["era"] == "modern" else "legacy"
    async with Client(transport(), mode=mode) as client:
        told = {"protocol": client.protocol_version}
        told["server"] = client.server_info.name if client.server_info else None
        told["instructions"] = client.instructions
        tools = (await client.list_tools()).tools
        told["tools"] = [it.model_dump(by_alias=True, exclude_none=True) for it in tools]
        told["calls"] = [
            await outcome(client.call_tool(it["name"], it["arguments"])) for it in task["calls"]
        ]
        told["prompts"] = [it.name for it in (await client.list_prompts()).prompts]
        told["messages"] = []
        for it in task["prompts"]:
            messages = (await client.get_prompt(it["name"], it["arguments"])).messages
            told["messages"].append([it.content.text for it in messages])
        templates = (await client.list_resource_templates()).resource_templates
        told["templates"] = [it.uri_template for it in templates]
        told["resources"], cursor = [], None
        while True:
            page = await client.list_resources(cursor=cursor)
            told["resources"] += [str(it.uri) for it in page.resources]
            cursor = page.next_cursor
            if not cursor:
                break
        told["read"] = []
        for uri in task["read"]:
            contents = (await client.read_resource(uri)).contents
            told["read"].append([it.text for it in contents])
        many = await asyncio.gather(*(one(client, it) for it in range(task["parallel"])))
        told["parallel"] = sum(many)
    print(json.dumps(told))


asyncio.run(main())
