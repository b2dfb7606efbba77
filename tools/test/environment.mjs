import vm from 'node:vm';
import { TestEnvironment } from 'jest-environment-node';

const { createContext } = vm;

/**
 * Where a test file runs: as in jest's own environment, but with an ordinary global object. That of jest asks a proxy at each
 * use of a global name, be it `Object`, which takes a sixth of the processor time of integration tests.
 */
export default class PlainEnvironment extends TestEnvironment {
  constructor(...options) {
    vm.createContext = () => createContext(vm.constants.DONT_CONTEXTIFY);
    try {
      super(...options);
    } finally {
      vm.createContext = createContext;
    }
  }
}
