package io.comfygateway.output;

/**
 * A text that a node showed.
 *
 * @param node the id of the node
 * @param text the text, as it is
 */
public record TextOutput(String node, String text) {}
