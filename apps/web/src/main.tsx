import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { BASE_PATH } from './api/http.js';
import { App } from './app/app.js';
import { followTranslators } from './app/translated-page.js';
import { watchFaults } from './features/faults/faults.store.js';
import { followChoices } from './features/notifications/choices.js';
import { followSignOut } from './features/notifications/push.js';
import { startDensity } from './hooks/density.js';
import { startEnterKey } from './hooks/enter-key.js';
import { startTheme } from './hooks/theme.js';
import { watchPointer } from './hooks/use-pointer.js';
import './styles/index.css';

watchFaults();
startTheme();
startDensity();
startEnterKey();
followChoices();
followSignOut();
watchPointer();
followTranslators();
const root = document.getElementById('root');
if (!`${location.pathname}/`.startsWith(`${BASE_PATH}/`)) {
  // A node's own port has everything at the root as well, for proxies that take the base path off.
  location.replace(BASE_PATH + location.pathname + location.search + location.hash);
} else if (root) {
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
}
