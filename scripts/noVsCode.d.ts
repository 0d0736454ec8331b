// What `vscode` is where tsconfig.core.json is used: nothing.
export {};
