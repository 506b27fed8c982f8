package io.comfygateway.workflow;

/**
 * A file that the graph needs before it can run; the graph holds its old value until then.
 *
 * @param pointer the field that gave it, as a JSON pointer into the request, such as {@code
 *     /inputs/photo}
 * @param nodeId the node that loads the file
 * @param field the node's input that takes the file's name
 * @param kind {@code IMAGE}, {@code AUDIO}, {@code VIDEO} or {@code FILE}
 * @param value the value as given: an http(s) URL, a data URI, base64, or an upload's id
 */
public record MediaInput(
    String pointer, String nodeId, String field, InputType kind, String value) {

  /** The node input that takes the file's name. */
  public Address address() {
    return new Address(nodeId, field);
  }
}
