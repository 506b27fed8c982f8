package io.comfygateway.config;

import com.fasterxml.jackson.core.StreamReadConstraints;

/** How much JSON is read into memory, where a tree may take thirty times the bytes of its text. */
public final class JsonLimits {
  /** Names, values, and the brackets around them, of what a caller sends. */
  public static final int MOST_TOKENS = 300_000;

  /** Of what the gateway has stored: a graph, the editor's file of it, and more beside them. */
  private static final int MOST_STORED_TOKENS = 1_000_000;

  private static final int DEEPEST = 200;

  private JsonLimits() {}

  /** For what a file of a caller carries. */
  public static StreamReadConstraints ofCallers() {
    return StreamReadConstraints.builder()
        .maxTokenCount(MOST_TOKENS)
        .maxNestingDepth(DEEPEST)
        .build();
  }

  /** For what the gateway has stored. */
  public static StreamReadConstraints ofStored() {
    return StreamReadConstraints.builder().maxTokenCount(MOST_STORED_TOKENS).build();
  }
}
