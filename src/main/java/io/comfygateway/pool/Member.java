package io.comfygateway.pool;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.workflow.NodeReplacements;
import io.comfygateway.workflow.ObjectInfo;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/** A backend of the pool, and what is known of it. */
final class Member {
  private final ServerHealth health;
  private volatile Backend backend;
  private volatile Optional<Backend> successor = Optional.empty();
  private volatile boolean removed;
  private volatile Optional<ObjectInfo> info = Optional.empty();
  private volatile NodeReplacements replacements = NodeReplacements.NONE;
  private volatile String untold = "";
  private volatile Optional<ComfyVersion> version = Optional.empty();
  private volatile boolean jobsApi;
  private volatile Instant askAgain = Instant.MIN;
  private final AtomicReference<Instant> probedUntil = new AtomicReference<>(Instant.MIN);

  Member(Backend backend, ServerHealth health) {
    this.backend = backend;
    this.health = health;
  }

  Backend backend() {
    return backend;
  }

  ServerHealth health() {
    return health;
  }

  /** The backend of the same name that takes its place when its work is done. */
  Optional<Backend> successor() {
    return successor;
  }

  /** Whether it leaves the pool when its work is done. */
  boolean isLeaving() {
    return removed || successor.isPresent();
  }

  boolean isRemoved() {
    return removed;
  }

  void remove() {
    removed = true;
    successor = Optional.empty();
  }

  /** Takes over what its file says of it now. */
  void become(Backend now) {
    removed = false;
    if (now.url().equals(backend.url())) {
      backend = now;
      successor = Optional.empty();
    } else {
      successor = Optional.of(now);
    }
  }

  boolean takesWork() {
    return health.isUp() && !isLeaving() && !backend.drain() && !health.isResting();
  }

  /**
   * Begins to probe it, unless a probe is under way.
   *
   * @param longest when one that began now, and whose end is never told, counts no more
   */
  boolean beginProbe(Instant now, Instant longest) {
    Instant until = probedUntil.get();
    return !now.isBefore(until) && probedUntil.compareAndSet(until, longest);
  }

  void endProbe() {
    probedUntil.set(Instant.MIN);
  }

  /** What it says of its node classes. */
  Optional<ObjectInfo> info() {
    return info;
  }

  /** Whether it has a node class, or replaces it by one that it has. */
  boolean runs(String classType) {
    return info.filter(known -> known.runs(classType)).isPresent();
  }

  /** Whether its node classes are to be asked for. */
  boolean isInfoDue(Instant now) {
    return !now.isBefore(askAgain);
  }

  /** Notes which classes it replaces; asked for before its classes. */
  void replaces(NodeReplacements answer) {
    replacements = answer;
  }

  void told(ObjectNode classes, Instant until) {
    info = Optional.of(new ObjectInfo(classes, replacements));
    untold = "";
    askAgain = until;
  }

  void notTold(String why, Instant until) {
    untold = why;
    askAgain = until;
  }

  /** Why its node classes are not known; empty where they are. */
  String untold() {
    return info.isPresent() ? "" : untold;
  }

  /** The version of its ComfyUI, where it has told it. */
  Optional<ComfyVersion> version() {
    return version;
  }

  void version(Optional<ComfyVersion> told) {
    version = told;
  }

  /** Whether it has {@code /api/jobs}. */
  boolean hasJobsApi() {
    return jobsApi;
  }

  void hasJobsApi(boolean has) {
    jobsApi = has;
  }

  /** It may come back with other nodes and other models, and as another version. */
  void forgetInfo() {
    version = Optional.empty();
    jobsApi = false;
    info = Optional.empty();
    askAgain = Instant.MIN;
  }
}
