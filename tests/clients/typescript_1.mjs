// Asks a server through the official TypeScript SDK, version 1, which knows no protocol but those that
// initialize.
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { ask } from './asked.mjs';

const client = new Client({ name: 'typescript', version: '1' });
await ask(client, { StdioClientTransport, StreamableHTTPClientTransport }, {
  protocol: (transport) => transport.protocolVersion ?? null,
});
