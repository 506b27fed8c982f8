package io.comfygateway.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.function.Supplier;

/**
 * A JSON object in an exchange that is made only if a step reads it. Steps read it as text, as
 * bytes or with jq ({@link JsonViews}).
 */
public final class JsonView {
  private final Supplier<ObjectNode> source;

  JsonView(Supplier<ObjectNode> source) {
    this.source = source;
  }

  /** The object as it is now. */
  public ObjectNode toJson() {
    return source.get();
  }

  /** Its text. */
  @Override
  public String toString() {
    return toJson().toString();
  }
}
