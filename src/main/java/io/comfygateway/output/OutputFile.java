package io.comfygateway.output;

/**
 * A file that a finished prompt left on the ComfyUI server. {@code filename}, {@code subfolder} and
 * {@code type} are what {@code GET /view} takes.
 *
 * @param index its number among the job's outputs, from 0
 * @param node the id of the node that wrote it
 * @param kind what sort of thing it is
 * @param filename its name, as ComfyUI gave it: not safe as a name on this machine
 * @param subfolder its folder below that of the type, empty for that folder itself
 * @param type {@code output}, or {@code temp} for a preview
 */
public record OutputFile(
    int index, String node, OutputKind kind, String filename, String subfolder, String type) {}
