package io.comfygateway.job;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;

/**
 * Why a job failed.
 *
 * @param type the kind, such as {@code execution_error}, {@code invalid_prompt}, {@code timeout},
 *     {@code expired}, {@code lost}, {@code output_missing}
 * @param detail what happened, for a person
 * @param node the id of the node that failed
 * @param nodeType the node's class
 * @param exceptionType the exception's class, as ComfyUI names it
 * @param comfyError ComfyUI's {@code error} of a rejected prompt, unchanged
 * @param nodeErrors ComfyUI's {@code node_errors} of a rejected prompt, unchanged
 */
@JsonInclude(JsonInclude.Include.NON_ABSENT)
public record JobError(
    String type,
    String detail,
    Optional<String> node,
    @JsonProperty("node_type") Optional<String> nodeType,
    @JsonProperty("exception_type") Optional<String> exceptionType,
    @JsonProperty("comfyui_error") Optional<ObjectNode> comfyError,
    @JsonProperty("node_errors") Optional<ObjectNode> nodeErrors) {

  public JobError {
    node = node == null ? Optional.empty() : node;
    nodeType = nodeType == null ? Optional.empty() : nodeType;
    exceptionType = exceptionType == null ? Optional.empty() : exceptionType;
    comfyError = comfyError == null ? Optional.empty() : comfyError;
    nodeErrors = nodeErrors == null ? Optional.empty() : nodeErrors;
  }

  /** The error of one node. */
  public static JobError ofNode(String type, String detail, String node) {
    return new JobError(
        type,
        detail,
        Optional.of(node),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  public static JobError of(String type, String detail) {
    return new JobError(
        type,
        detail,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }
}
