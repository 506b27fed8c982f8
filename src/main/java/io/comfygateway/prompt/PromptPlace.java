package io.comfygateway.prompt;

/** Where a prompt is on a ComfyUI server. */
public enum PromptPlace {
  /** In the queue, and running. */
  RUNNING,
  /** In the queue, and waiting. */
  WAITING,
  /** In the history. */
  ENDED,
  /** Nowhere that was looked at. */
  ABSENT
}
