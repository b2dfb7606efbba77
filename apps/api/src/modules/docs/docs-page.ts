import { ERRORS } from '@parley/protocol';
import { publicPath } from '../../kernel/base-path.js';
import type { AsyncApiDocument, AsyncOperation } from './asyncapi.js';
import type { OpenApiDocument, Operation } from './openapi.js';
import { shapeHtml } from './shape-html.js';
import type { Schema } from './shapes.js';
import { escaped, prose } from './text-html.js';

/** Both documents as one page without scripts: searched, linked and printed as any page is. */
export function docsPage(rest: OpenApiDocument, socket: AsyncApiDocument): string {
  const commands = operationsOf(socket, 'receive');
  const events = operationsOf(socket, 'send');
  const schemas = { ...rest.components.schemas, ...socket.components.schemas };
  return [
    '<!doctype html><html lang="en"><head><meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">',
    `<title>Parley API</title><link rel="icon" href="${publicPath('/icon.svg')}">`,
    `<link rel="stylesheet" href="${publicPath('/api/docs/page.css')}"></head><body>`,
    `<header><h1>Parley API <small>${escaped(rest.info.version)}</small></h1>`,
    `<p>For programs: <a href="${publicPath('/api/docs/openapi.json')}">OpenAPI 3.1</a>, `,
    `<a href="${publicPath('/api/asyncapi')}">AsyncAPI 3</a>.</p>`,
    `<nav aria-label="Parts of this page"><ul>${navigation(rest)}</ul></nav></header><main>`,
    `<h2 id="rest">REST</h2><p>${prose(rest.info.description)}</p>`,
    ...rest.tags.map(({ name }) => tagHtml(name, rest)),
    `<h2 id="commands">Commands</h2><p>${prose(socket.info.description)}</p>`,
    ...commands.map((each) => commandHtml(each, socket)),
    '<h2 id="events">Events</h2>',
    ...events.map((each) => eventHtml(each, socket)),
    '<h2 id="shapes">Shapes</h2>',
    ...Object.entries(schemas).map(([name, schema]) => definitionHtml(name, schema)),
    `<h2 id="errors">Errors</h2>${errorsHtml()}`,
    '</main></body></html>',
  ].join('\n');
}

function navigation({ tags }: OpenApiDocument): string {
  const parts = ['commands', 'events', 'shapes', 'errors'];
  const links = [...tags.map(({ name }) => [`tag-${name}`, name]), ...parts.map((part) => [part, part])];
  return links.map(([id, text]) => `<li><a href="#${id}">${text}</a></li>`).join('');
}

function tagHtml(tag: string, { paths }: OpenApiDocument): string {
  const routes = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, operation]) =>
      operation.tags.includes(tag) ? [routeHtml(`${method.toUpperCase()} ${path}`, operation)] : [],
    ),
  );
  return `<section><h3 id="tag-${tag}">${tag}</h3>${routes.join('\n')}</section>`;
}

function routeHtml(route: string, operation: Operation): string {
  const { operationId, description = '', parameters = [], requestBody, responses, security } = operation;
  const alias = operation['x-alias-of'];
  const failures = Object.entries(responses).flatMap(([status, answer]) =>
    codesOf(answer).map((code) => `${errorLink(code)} ${status}`),
  );
  const rows = [
    ...parameters.map(({ name, schema, ...rest }) => [
      `${rest.in} <code>${name}${rest.required ? '' : '?'}</code>`,
      `${shapeHtml(schema)} ${prose(rest.description ?? schema.description ?? '')}`,
    ]),
    ...contentsOf(requestBody).map((schema) => ['body', shapeHtml(schema)]),
    ...Object.entries(responses).flatMap(([status, answer]) =>
      codesOf(answer).length > 0 ? [] : [[status, answerHtml(answer)]],
    ),
    ['errors', failures.join(', ')],
  ];
  const notes = [
    alias && `Alias of <code>${escaped(alias)}</code>.`,
    security && 'Needs no token.',
    prose(description),
  ];
  return article(operationId, route, { notes: notes.filter(Boolean).join(' '), rows: alias ? [] : rows });
}

/** The codes of a refusal; none of a success. */
const codesOf = ({ content }: Operation['responses'][string]): string[] =>
  contentsOf(content && { content }).flatMap(
    ({ properties }) => (properties?.error?.allOf?.at(-1)?.properties?.code?.enum ?? []) as string[],
  );

function answerHtml({ description, content = {} }: Operation['responses'][string]): string {
  return (
    contentsOf({ content })
      .map((schema) => shapeHtml(schema))
      .join('') || prose(description)
  );
}

const contentsOf = (part: { content: Record<string, { schema: Schema }> } | undefined): Schema[] =>
  Object.values(part?.content ?? {}).map(({ schema }) => schema);

function commandHtml(
  [id, { title, description = '', ...operation }]: [string, AsyncOperation],
  socket: AsyncApiDocument,
) {
  const ack = socket.components.messages[id.replace('command.', 'ack.')]?.payload.anyOf?.[0]?.allOf?.[1] ?? {};
  const rows = [
    ['payload', shapeHtml(socket.components.messages[id]?.payload ?? {})],
    ['ack', shapeHtml(ack)],
    [
      'errors',
      Object.keys(operation['x-errors'] ?? {})
        .map(errorLink)
        .join(', '),
    ],
  ];
  return article(id, title, { notes: prose(description), rows });
}

function eventHtml([id, { title, description = '' }]: [string, AsyncOperation], socket: AsyncApiDocument): string {
  const rows = [['payload', shapeHtml(socket.components.messages[id]?.payload ?? {})]];
  return article(id, title, { notes: prose(description), rows });
}

const operationsOf = ({ operations }: AsyncApiDocument, action: AsyncOperation['action']) =>
  Object.entries(operations).filter(([, each]) => each.action === action);

function article(
  id: string,
  title: string,
  { notes, rows }: { notes: string; rows: (string | undefined)[][] },
): string {
  const body = rows.map(([name, value]) => `<tr><th scope="row">${name}</th><td>${value}</td></tr>`).join('');
  const link = `<a href="#${id}"><code>${escaped(title)}</code></a>`;
  return `<article id="${id}"><h4>${link}</h4>${notes && `<p>${notes}</p>`}<table>${body}</table></article>`;
}

function definitionHtml(name: string, schema: Schema): string {
  const rows = Object.entries(schema.properties ?? {}).map(([key, each]) => [
    `<code>${key}${schema.required?.includes(key) ? '' : '?'}</code>`,
    `${shapeHtml(each)} ${prose(each.description ?? '')}`,
  ]);
  const own = rows.length > 0 ? [] : [['', shapeHtml(schema)]];
  return article(`shape-${name}`, name, { notes: prose(schema.description ?? ''), rows: [...own, ...rows] });
}

const errorLink = (code: string): string => `<a href="#error-${code}"><code>${code}</code></a>`;

function errorsHtml(): string {
  const rows = Object.entries(ERRORS).map(([code, { status, close, retryable, message }]) => {
    const cells = [status, close ?? '–', retryable ? 'yes' : 'no', escaped(message)];
    return `<tr id="error-${code}"><th scope="row"><code>${code}</code></th>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`;
  });
  const head = ['code', 'HTTP', 'close', 'retryable', 'message'].map((name) => `<th scope="col">${name}</th>`).join('');
  return `<table><thead><tr>${head}</tr></thead><tbody>${rows.join('')}</tbody></table>`;
}
