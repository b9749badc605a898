import { render } from 'preact';
import { App } from './app.tsx';
import { takeCredential } from './credential.ts';

const root = document.getElementById('app');
if (root) render(<App credential={takeCredential()} />, root);
