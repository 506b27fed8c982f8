package io.comfygateway.pool;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.workflow.NodeReplacements;
import io.comfygateway.workflow.ObjectInfo;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/** A backend of the pool, and what is known about it. */
final class Member {
  private final ServerHealth health;
  private volatile Backend backend;
  private volatile Optional<Backend> successor = Optional.empty();
  private volatile boolean removed;
  private volatile Optional<String> drained = Optional.empty();
  private volatile Optional<ObjectInfo> info = Optional.empty();
  private volatile NodeReplacements replacements = NodeReplacements.NONE;
  private volatile String whyUnknown = "";
  private volatile Optional<ComfyVersion> version = Optional.empty();
  private volatile Optional<VideoMemory> memory = Optional.empty();
  private volatile boolean jobsApi;
  private volatile Instant nextRead = Instant.MIN;
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

  /** The backend of the same name that replaces it once its work is done. */
  Optional<Backend> successor() {
    return successor;
  }

  /** Whether it leaves the pool once its work is done. */
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

  /** Changes it to how it is configured now. */
  void become(Backend now) {
    removed = false;
    if (now.url().equals(backend.url())) {
      backend = now;
      successor = Optional.empty();
    } else {
      successor = Optional.of(now);
    }
  }

  /** Whether an admin has taken it out of service. */
  boolean isDrained() {
    return drained.isPresent();
  }

  /** What the admin who took it out of service gave as the reason; may be empty. */
  String whyDrained() {
    return drained.orElse("");
  }

  /** Takes it out of service for a reason, or, without one, puts it back. */
  void drained(Optional<String> why) {
    drained = why;
  }

  boolean takesWork() {
    return health.isUp() && !isLeaving() && !backend.drain() && !isDrained() && !health.isResting();
  }

  /**
   * Begins a probe, unless one is under way.
   *
   * @param longest when this probe counts as ended, should its end never be recorded
   */
  boolean beginProbe(Instant now, Instant longest) {
    Instant until = probedUntil.get();
    return !now.isBefore(until) && probedUntil.compareAndSet(until, longest);
  }

  void endProbe() {
    probedUntil.set(Instant.MIN);
  }

  /** Its node classes; empty where they are not known. */
  Optional<ObjectInfo> info() {
    return info;
  }

  /** Whether it has a node class, or replaces it by one that it has. */
  boolean runs(String classType) {
    return info.filter(known -> known.runs(classType)).isPresent();
  }

  /** Whether its node classes are to be read. */
  boolean isInfoDue(Instant now) {
    return !now.isBefore(nextRead);
  }

  /** Keeps which classes it replaces; they are read before its classes. */
  void replaces(NodeReplacements answer) {
    replacements = answer;
  }

  void classesRead(ObjectNode classes, Instant until) {
    info = Optional.of(new ObjectInfo(classes, replacements));
    whyUnknown = "";
    nextRead = until;
  }

  void classesUnknown(String why, Instant until) {
    whyUnknown = why;
    nextRead = until;
  }

  /** Why its node classes are not known; empty where they are. */
  String whyClassesUnknown() {
    return info.isPresent() ? "" : whyUnknown;
  }

  /** The version of its ComfyUI, where it is known. */
  Optional<ComfyVersion> version() {
    return version;
  }

  void version(Optional<ComfyVersion> read) {
    version = read;
  }

  /** The memory of its graphics card, where it has one and reports it. */
  Optional<VideoMemory> memory() {
    return memory;
  }

  void memory(Optional<VideoMemory> read) {
    memory = read;
  }

  /** Whether it has {@code /api/jobs}. */
  boolean hasJobsApi() {
    return jobsApi;
  }

  void hasJobsApi(boolean has) {
    jobsApi = has;
  }

  /** Forgets what it has: it may come back with other nodes and models, or as another version. */
  void forgetInfo() {
    version = Optional.empty();
    memory = Optional.empty();
    jobsApi = false;
    info = Optional.empty();
    nextRead = Instant.MIN;
  }
}
