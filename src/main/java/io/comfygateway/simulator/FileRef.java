package io.comfygateway.simulator;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * The name of a file, as ComfyUI gives it in outputs and takes it in {@code GET /view}.
 *
 * @param subfolder empty, or folders divided by {@code /}
 * @param type {@code output}, {@code temp} or {@code input}
 */
record FileRef(String filename, String subfolder, String type) {

  ObjectNode toJson() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    return json.put("filename", filename).put("subfolder", subfolder).put("type", type);
  }

  /** The folders and the name, divided by {@code /}. */
  String path() {
    return subfolder.isEmpty() ? filename : subfolder + "/" + filename;
  }
}
