package io.comfygateway.files;

import io.comfygateway.store.StoreFullException;
import io.comfygateway.store.StoreState;
import java.io.IOException;

/** Whether the files of jobs can be stored now, and what a failure to store one means. */
public interface FilesState extends StoreState {
  /**
   * A failure to store a file, as one that says that the store is full, or cannot be used.
   *
   * @return {@link StoreFullException} or {@link io.comfygateway.store.StoreUnavailableException}
   */
  IOException explain(IOException failure);
}
