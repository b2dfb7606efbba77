import { Inject, Injectable, type OnModuleInit, type Type } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { COMMAND_TABLE, type CommandTable } from '../../realtime/commands/command-row.js';
import { asyncApi } from './asyncapi.js';
import { type DeclaredRoute, routesOf } from './declared-routes.js';
import { docsPage } from './docs-page.js';
import { openApi } from './openapi.js';
import { readShapes } from './shapes.js';

interface Documents {
  openApi: string;
  asyncApi: string;
  page: string;
}

/** The documents of the controllers and commands that this node runs, made when somebody first asks. */
@Injectable()
export class DocsService implements OnModuleInit {
  private made: Documents | null = null;
  private routes: readonly DeclaredRoute[] = [];

  constructor(
    private readonly modules: ModulesContainer,
    @Inject(COMMAND_TABLE) private readonly commands: CommandTable,
  ) {}

  /** A node does not start with a route that does not say what it needs. */
  onModuleInit(): void {
    const controllers = [...this.modules.values()].flatMap((module) => [...module.controllers.values()]);
    this.routes = routesOf(controllers.map(({ metatype }) => metatype as Type));
  }

  get documents(): Documents {
    this.made ??= this.make();
    return this.made;
  }

  private make(): Documents {
    const shapes = readShapes();
    const rest = openApi(this.routes, shapes, this.commands);
    const socket = asyncApi(this.commands, shapes);
    return { openApi: JSON.stringify(rest), asyncApi: JSON.stringify(socket), page: docsPage(rest, socket) };
  }
}
