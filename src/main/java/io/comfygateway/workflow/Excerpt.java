package io.comfygateway.workflow;

import com.fasterxml.jackson.databind.JsonNode;

/** The beginning of what a caller sent, short enough for a message. */
final class Excerpt {
  private static final int LONGEST = 60;

  private Excerpt() {}

  static String of(JsonNode value) {
    return of(value.toString());
  }

  static String of(String text) {
    return text.length() > LONGEST ? text.substring(0, LONGEST) + "…" : text;
  }
}
