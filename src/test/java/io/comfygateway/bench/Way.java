package io.comfygateway.bench;

import java.io.IOException;

/** How a caller gets a job done. Each ends with the output's bytes in the caller's hands. */
interface Way extends AutoCloseable {

  /**
   * @param id what the server calls the job
   * @param output its output, where that is known already: its URL, or itself in base64
   */
  record Ticket(String id, String output) {}

  String name();

  /** Whether the job is accepted first and finished later, so that it can be held. */
  default boolean acceptsFirst() {
    return true;
  }

  /** Returns when the server has accepted the job. */
  Ticket submit(Row row, long seed) throws IOException, InterruptedException;

  /** Returns the number of bytes of the output, when the job has ended. */
  long finish(Ticket ticket) throws IOException, InterruptedException;

  @Override
  default void close() {}
}
