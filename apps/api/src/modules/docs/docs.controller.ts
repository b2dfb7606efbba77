import { Controller, Get, Header } from '@nestjs/common';
import { Needs } from '../../platform/documented.js';
import { Public } from '../../platform/http/request.js';
import { DocsService } from './docs.service.js';
import { STYLE } from './docs-style.js';

/** What the server offers, told by itself. */
@Public()
@Controller()
export class DocsController {
  constructor(private readonly docs: DocsService) {}

  /** Both documents as one page for people. */
  @Get('docs')
  @Needs('public')
  @Header('Content-Type', 'text/html; charset=utf-8')
  page(): string {
    return this.docs.documents.page;
  }

  /** The style of that page. */
  @Get('docs/page.css')
  @Needs('public')
  @Header('Content-Type', 'text/css; charset=utf-8')
  style(): string {
    return STYLE;
  }

  /** OpenAPI 3.1: every route. */
  @Get('docs/openapi.json')
  @Needs('public')
  @Header('Content-Type', 'application/json; charset=utf-8')
  openApi(): string {
    return this.docs.documents.openApi;
  }

  /** AsyncAPI 3: every command and event of a socket. */
  @Get('asyncapi')
  @Needs('public')
  @Header('Content-Type', 'application/json; charset=utf-8')
  asyncApi(): string {
    return this.docs.documents.asyncApi;
  }
}
