import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app/app.js';
import { followTranslators } from './app/translated-page.js';
import { watchFaults } from './features/faults/faults.store.js';
import { startEnterKey } from './hooks/enter-key.js';
import { startTheme } from './hooks/theme.js';
import { watchPointer } from './hooks/use-pointer.js';
import './styles/index.css';

watchFaults();
startTheme();
startEnterKey();
watchPointer();
followTranslators();
const root = document.getElementById('root');
if (root) {
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
}
