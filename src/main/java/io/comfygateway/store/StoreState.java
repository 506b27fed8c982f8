package io.comfygateway.store;

import java.io.IOException;
import java.util.Optional;

/** Whether the files of jobs can be stored now. */
public interface StoreState {
  /** Why files cannot be stored, in a sentence for the operator; empty if they can. */
  Optional<String> fault();

  /**
   * @throws IOException if there is a fault: {@link StoreUnavailableException}, or another one that
   *     says that the disk is full
   */
  void require() throws IOException;
}
