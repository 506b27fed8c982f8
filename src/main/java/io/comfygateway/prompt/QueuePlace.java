package io.comfygateway.prompt;

/** Where a prompt stands in the queue of a ComfyUI server. */
public sealed interface QueuePlace {

  /** It runs. */
  record Running() implements QueuePlace {}

  /**
   * It waits.
   *
   * @param position 1 for the prompt that runs next
   */
  record Pending(int position) implements QueuePlace {}

  /** It is in neither list. */
  record Absent() implements QueuePlace {}
}
