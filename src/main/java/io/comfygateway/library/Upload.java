package io.comfygateway.library;

import io.comfygateway.workflow.WorkflowSource;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A new version of a workflow that a caller uploads.
 *
 * @param name its name in URLs
 * @param by the caller
 * @param note what the caller writes about it
 * @param instead the version that it is to follow, 0 for none; empty for whichever there is
 */
public record Upload(
    String name, WorkflowSource source, String by, Optional<String> note, OptionalInt instead) {

  /**
   * The result of an upload.
   *
   * @param version the current version now
   * @param isNew whether it is another than before
   */
  public record Stored(int version, boolean isNew) {}
}
