package io.comfygateway.files;

import io.comfygateway.job.StoreState;
import java.io.IOException;

/** Whether the files of jobs can be stored now, and what a failure to store one means. */
public interface FilesState extends StoreState {
  /**
   * A failure to store a file, as one that says that the store is full, or cannot be used.
   *
   * @return {@link StoreFullException} or {@link io.comfygateway.job.StoreUnavailableException}
   */
  IOException explain(IOException failure);
}
