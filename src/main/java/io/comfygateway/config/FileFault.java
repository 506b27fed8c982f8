package io.comfygateway.config;

/**
 * What is wrong with a file of the library.
 *
 * @param file the file's name in the folder
 * @param line the line, counted from 1; 0 if none is known
 * @param field the field: dotted in a sidecar ({@code inputs.width.max}), a JSON pointer in a graph
 *     ({@code /3/inputs}), empty for the file as a whole
 * @param detail what is wrong
 * @param remedy what to do
 */
public record FileFault(String file, int line, String field, String detail, String remedy) {

  /** One line for a console: {@code file:line: field: detail; remedy}. */
  @Override
  public String toString() {
    return file
        + (line > 0 ? ":" + line : "")
        + ": "
        + (field.isEmpty() ? "" : field + ": ")
        + detail
        + (remedy.isEmpty() ? "" : "; " + remedy);
  }
}
