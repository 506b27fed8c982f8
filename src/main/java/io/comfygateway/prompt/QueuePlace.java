package io.comfygateway.prompt;

/** Where a prompt stands in the queue of a ComfyUI server. */
public enum QueuePlace {
  RUNNING,
  WAITING,
  /** It is in neither list. */
  ABSENT
}
