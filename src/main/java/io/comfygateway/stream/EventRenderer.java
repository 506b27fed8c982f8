package io.comfygateway.stream;

import io.comfygateway.job.JobEvent;
import java.util.List;
import java.util.UUID;

/** Makes events for listeners. Its methods may query the database. */
public interface EventRenderer {
  /** The events of rows of the log, in order; none for the rows of a job that is no longer kept. */
  List<StreamEvent> changes(List<JobEvent> rows);

  /**
   * The newest progress of each job whose progress has changed since the last call. Called in each
   * turn.
   *
   * @param isListened whether anybody listens on this gateway; nothing need be rendered otherwise
   */
  List<StreamEvent> progress(boolean isListened);

  /** Whether nothing more will happen to a job: it has ended, and so have its deliveries. */
  boolean isOver(UUID job);
}
