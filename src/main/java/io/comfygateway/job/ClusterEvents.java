package io.comfygateway.job;

import java.util.UUID;

/**
 * The events that gateways on one database send each other. An event may be lost, and nothing
 * depends on it: the timers of each gateway find out later.
 */
public interface ClusterEvents {
  /** A job has changed that long polls may be waiting for. */
  void happened(UUID job);

  /** A job that another gateway has on a backend is to be cancelled. */
  void cancelling();

  /** Clients of this gateway listen to events, and want the progress of all gateways' jobs. */
  void listening();

  /**
   * A prompt of this gateway has come further.
   *
   * @param progress JSON of less than 2,000 bytes
   */
  void progress(UUID job, String progress);

  /**
   * A server sent a frame about a job's prompt, whose client may have a WebSocket elsewhere.
   *
   * @param text at most 5,500 bytes of UTF-8
   */
  void frame(UUID job, String text);

  /** For the only gateway on its database. */
  static ClusterEvents toNobody() {
    return new ClusterEvents() {
      @Override
      public void happened(UUID job) {}

      @Override
      public void cancelling() {}

      @Override
      public void listening() {}

      @Override
      public void progress(UUID job, String progress) {}

      @Override
      public void frame(UUID job, String text) {}
    };
  }
}
