package io.comfygateway.prompt;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Optional;

/**
 * How far a running prompt is.
 *
 * @param percent of the nodes that it runs, 0 to 100; never falls
 * @param node the id of the node that runs
 * @param nodeTitle that node's title or class
 * @param value steps of that node done
 * @param max steps of that node in all
 */
@JsonInclude(JsonInclude.Include.NON_ABSENT)
public record Progress(
    int percent,
    Optional<String> node,
    @JsonProperty("node_title") Optional<String> nodeTitle,
    Optional<Double> value,
    Optional<Double> max) {}
