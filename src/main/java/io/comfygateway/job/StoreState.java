package io.comfygateway.job;

import java.io.IOException;
import java.util.Optional;

/** Whether the files of jobs can be stored now. */
public interface StoreState {
  /**
   * What keeps files from being stored, in a sentence for the operator; empty where nothing does.
   */
  Optional<String> fault();

  /**
   * @throws IOException where there is a fault: {@link StoreUnavailableException}, or another one
   *     that says that the disk is full
   */
  void require() throws IOException;
}
