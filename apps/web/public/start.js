/*
 * Shows a message where the app cannot: in browsers that are too old for it, while its files cannot be fetched, and
 * where it fails before it has drawn anything. Written in ES5 for such browsers, and a file of its own, since the
 * content security policy allows no inline script.
 */
'use strict';
/** The storage key for the time of this tab's last reload because of a missing file. */
var KEY = 'parley.reloaded';
var AGAIN_AFTER_MS = 60000;
var LONGEST_WAIT_MS = 30000;
/** Where this file is: the app's own address. */
var BASE = document.currentScript.src.replace(/start\.js.*$/, '');
var failures = 0;
var timer = null;

if (isFit()) {
  watchFiles();
} else {
  say(
    'This browser is too old for Parley',
    'Parley needs a browser from the end of 2023 or later: Chrome or Edge 120, Firefox 121, Safari 17.2. ' +
      'Update this one, or use another.',
    true
  );
}

/** Whether the browser has the newest features that the app needs: those of the oldest browsers named above. */
function isFit() {
  var has = function (condition) {
    return window.CSS && CSS.supports && CSS.supports(condition);
  };
  return (
    'noModule' in document.createElement('script') &&
    typeof Array.prototype.toSorted === 'function' &&
    typeof Array.prototype.findLast === 'function' &&
    typeof Object.hasOwn === 'function' &&
    has('(color: oklch(50% 0.1 120))') &&
    has('(color: color-mix(in oklab, red, blue))') &&
    has('(height: 100dvh)') &&
    has('selector(:has(*))')
  );
}

function watchFiles() {
  window.addEventListener(
    'error',
    function (event) {
      if (event.target instanceof Element) {
        if (isFileOfOurs(event.target)) onMissingFile();
      } else if (isRootEmpty() && String(event.filename).indexOf(BASE) === 0) {
        say('This page could not be shown', 'Something in it is not right. Reload it, or try a newer browser.', false);
      }
    },
    true
  );
  window.addEventListener('online', function () {
    if (timer !== null) lookAgain();
  });
  document.addEventListener('visibilitychange', function () {
    if (timer !== null && document.visibilityState === 'visible') lookAgain();
  });
}

function isFileOfOurs(element) {
  var address = element.src || (element.rel === 'stylesheet' && element.href) || '';
  return address.indexOf(BASE + 'assets/') === 0;
}

/** A file of the app could not be fetched: the connection broke, or a newer version replaced it. */
function onMissingFile() {
  if (timer !== null) return;
  say('Parley could not be loaded', 'Check the connection. This page goes on by itself once it can.', false);
  lookAgain();
}

function lookAgain() {
  var request = new XMLHttpRequest();
  var wait = Math.min(LONGEST_WAIT_MS, 2000 * Math.pow(2, failures));
  clearTimeout(timer);
  timer = setTimeout(lookAgain, (wait * (1 + Math.random())) / 2);
  failures += 1;
  request.open('GET', BASE);
  request.setRequestHeader('Accept', 'text/html');
  request.onload = function () {
    if (request.responseText.indexOf('id="root"') > 0 && mayReload()) location.reload();
  };
  request.send();
}

function mayReload() {
  try {
    if (Date.now() - Number(sessionStorage.getItem(KEY)) < AGAIN_AFTER_MS) return false;
    sessionStorage.setItem(KEY, String(Date.now()));
    return true;
  } catch (fault) {
    // Storage is switched off.
    return fault === null;
  }
}

function isRootEmpty() {
  var root = document.getElementById('root');
  return root !== null && root.childNodes.length === 0;
}

/** Shows a message in the place of the app. `isFinal`: the app does not start at all. */
function say(title, text, isFinal) {
  var root = document.getElementById('root');
  var box = document.createElement('main');
  var heading = document.createElement('h1');
  if (root === null) {
    // `interactive` comes before module scripts run.
    document.addEventListener('readystatechange', function () {
      if (document.readyState === 'interactive') say(title, text, isFinal);
    });
    return;
  }
  if (isFinal) root.id = 'unfit';
  box.setAttribute('role', 'alert');
  box.style.cssText = 'max-width: 36em; margin: 20vh auto 0; padding: 0 20px; font: 16px/1.5 system-ui, sans-serif';
  heading.style.cssText = 'margin: 0 0 8px; font-size: 20px; font-weight: 600';
  heading.textContent = title;
  box.appendChild(heading);
  box.appendChild(document.createElement('p')).textContent = text;
  if (!isFinal) box.appendChild(reloadButton());
  root.textContent = '';
  root.appendChild(box);
}

function reloadButton() {
  var element = document.createElement('button');
  element.type = 'button';
  element.textContent = 'Reload';
  element.style.cssText = 'margin-top: 16px; padding: 8px 14px; border: 1px solid; border-radius: 7px; font: inherit';
  element.onclick = function () {
    location.reload();
  };
  return element;
}
