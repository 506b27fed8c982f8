package io.comfygateway.workflow;

import java.util.Set;

/**
 * A file that the graph needs before it can run; the graph holds its old value until then.
 *
 * @param pointer the field that gave it, as a JSON pointer into the request, such as {@code
 *     /inputs/photo}; empty if it is in a graph of the library
 * @param nodeId the node that loads the file
 * @param field the node's input that takes the file's name
 * @param kind {@code IMAGE}, {@code AUDIO}, {@code VIDEO} or {@code FILE}
 * @param source where its bytes come from
 * @param accepts what a file of the last kind may be
 */
public record MediaInput(
    String pointer,
    String nodeId,
    String field,
    InputType kind,
    FileSource source,
    Set<FileKind> accepts) {

  /** A file for an input of which nothing is declared but its name. */
  public MediaInput(
      String pointer, String nodeId, String field, InputType kind, FileSource source) {
    this(pointer, nodeId, field, kind, source, FileKind.ofField(field));
  }

  /** The node input that takes the file's name. */
  public Address address() {
    return new Address(nodeId, field);
  }
}
