import * as vscode from 'vscode';

/** A tooltip of several lines. Text of others is appended as plain text, so that nothing in it is rendered. */
export class Tooltip {
  private readonly markdown = new vscode.MarkdownString();

  constructor(private readonly clean: (text: string) => string) {}

  paragraph(text: string): this {
    this.markdown.appendText(this.clean(text)).appendMarkdown('\n\n');
    return this;
  }

  item(text: string): this {
    this.markdown.appendMarkdown('- ').appendText(this.clean(text)).appendMarkdown('\n');
    return this;
  }

  /** `- Digest: sha256:…` */
  fact(name: string, value: string): this {
    this.markdown
      .appendMarkdown('- ')
      .appendText(`${name}: ${this.clean(value)}`)
      .appendMarkdown('\n');
    return this;
  }

  /** A heading for the lines that follow. */
  heading(text: string): this {
    this.markdown.appendMarkdown('\n').appendText(text).appendMarkdown('\n\n');
    return this;
  }

  get value(): vscode.MarkdownString {
    return this.markdown;
  }
}
