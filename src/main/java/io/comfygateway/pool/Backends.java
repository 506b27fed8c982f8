package io.comfygateway.pool;

import io.comfygateway.clock.SteadyClock;
import java.net.URI;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The pool of ComfyUI servers: which there are, and which ComfyUI each runs. The pool changes while
 * it is used. {@link #health}, {@link #nodeClasses} and {@link #placement} answer everything else
 * about its servers.
 */
public final class Backends {
  private static final Logger LOG = LoggerFactory.getLogger(Backends.class);

  private final ProbePolicy policy;
  private final InstantSource clock;
  private final BackendHealth health;
  private volatile Map<String, String> drained = Map.of();
  private final NodeClasses nodeClasses;
  private final PoolPlacement placement;
  private volatile Map<String, Member> members = Map.of();

  /**
   * Makes the pool of some servers.
   *
   * @param requiresFiles whether a graph that names a model file which no server lists can run
   *     nowhere; otherwise it goes to a server that has its node classes, and that server decides
   */
  public Backends(
      List<Backend> backends, ProbePolicy policy, InstantSource clock, boolean requiresFiles) {
    this.policy = policy;
    this.clock = new SteadyClock(clock);
    this.health = new BackendHealth(this, this.clock);
    this.nodeClasses = new NodeClasses(this, policy.infoHolds(), policy.infoRetry(), this.clock);
    this.placement = new PoolPlacement(this, requiresFiles);
    Map<String, Member> first = new LinkedHashMap<>();
    backends.forEach(backend -> first.put(backend.name(), member(backend)));
    members = first;
  }

  private Member member(Backend backend) {
    Member member = new Member(backend, new ServerHealth(backend.name(), policy, clock));
    member.drained(Optional.ofNullable(drained.get(backend.name())));
    return member;
  }

  /**
   * Takes servers out of service, and puts all others back.
   *
   * @param reasons why, by the names of those that get no more work; a reason may be empty
   */
  synchronized void drained(Map<String, String> reasons) {
    drained = reasons;
    members.forEach(
        (name, member) -> {
          boolean isOut = reasons.containsKey(name);
          if (member.isDrained() != isOut) {
            LOG.info("backend drained={} backend={}", isOut, name);
          }
          member.drained(Optional.ofNullable(reasons.get(name)));
        });
  }

  /** Whether a server gets no more work because its file or an admin says so. */
  public boolean isDrained(String name) {
    return member(name)
        .filter(member -> member.backend().drain() || member.isDrained())
        .isPresent();
  }

  /** Which servers answer and are fit for work. */
  public BackendHealth health() {
    return health;
  }

  /** Which node classes the servers have. */
  public NodeClasses nodeClasses() {
    return nodeClasses;
  }

  /** Which server can run what. */
  public PoolPlacement placement() {
    return placement;
  }

  Collection<Member> members() {
    return members.values();
  }

  Optional<Member> member(String name) {
    return Optional.ofNullable(members.get(name));
  }

  /** Every server that may have work, including those that leave once theirs is done. */
  public List<Backend> all() {
    return members.values().stream().map(Member::backend).toList();
  }

  /** The servers as they are configured, without those that leave. */
  public List<Backend> configured() {
    return members.values().stream()
        .filter(member -> !member.isRemoved())
        .map(member -> member.successor().orElseGet(member::backend))
        .toList();
  }

  /** The server of a name; empty where it is no longer in the pool. */
  public Optional<Backend> find(String name) {
    return member(name).map(Member::backend);
  }

  /** The server that a request goes to. */
  Optional<Backend> at(URI url) {
    return members.values().stream()
        .map(Member::backend)
        .filter(backend -> isAt(backend, url))
        .max(Comparator.comparingInt(backend -> backend.url().getPath().length()));
  }

  private static boolean isAt(Backend backend, URI url) {
    String path = backend.url().getPath();
    return backend.url().getScheme().equals(url.getScheme())
        && backend.host().equalsIgnoreCase(Backend.host(url))
        && backend.port() == Backend.port(url)
        && (path.isEmpty() || url.getPath().equals(path) || url.getPath().startsWith(path + "/"));
  }

  /** Records which version of ComfyUI a server runs, and warns where it is too old. */
  void version(String name, Optional<ComfyVersion> version) {
    member(name)
        .filter(member -> !member.version().equals(version))
        .ifPresent(
            member -> {
              member.version(version);
              version
                  .flatMap(ComfyVersion::objection)
                  .ifPresent(why -> LOG.warn("ComfyUI is too old backend={} reason={}", name, why));
            });
  }

  /** The version of a server's ComfyUI, where it is known. */
  public Optional<String> version(String name) {
    return member(name).flatMap(Member::version).map(ComfyVersion::toString);
  }

  /** Records the memory of a server's graphics cards. */
  void memory(String name, Optional<VideoMemory> memory) {
    member(name).ifPresent(member -> member.memory(memory));
  }

  /** The memory of a server's graphics cards when it was last read, where it reports any. */
  public Optional<VideoMemory> memory(String name) {
    return member(name).flatMap(Member::memory);
  }

  /** Records whether a server has {@code /api/jobs}. */
  void jobsApi(String name, boolean has) {
    member(name).ifPresent(member -> member.hasJobsApi(has));
  }

  /** Whether a server looks up and cancels one prompt under {@code /api/jobs}. */
  public boolean hasJobsApi(String name) {
    return member(name).filter(Member::hasJobsApi).isPresent();
  }

  /**
   * Changes the pool to a list of servers. One that is no longer in it, or has another URL,
   * finishes its work first: see {@link #leave}.
   */
  public synchronized void replace(List<Backend> now) {
    Map<String, Member> next = new LinkedHashMap<>();
    for (Backend backend : now) {
      Member member = members.get(backend.name());
      if (member == null) {
        member = member(backend);
        LOG.info("backend added backend={} url={}", backend.name(), backend.url());
      } else if (!backend.equals(member.successor().orElseGet(member::backend))) {
        member.become(backend);
        LOG.info("backend changed backend={} url={}", backend.name(), backend.url());
      }
      next.put(backend.name(), member);
    }
    members.forEach(
        (name, member) -> {
          if (!next.containsKey(name)) {
            if (!member.isRemoved()) {
              LOG.info("backend removed, it finishes its work first backend={}", name);
            }
            member.remove();
            next.put(name, member);
          }
        });
    members = next;
  }

  /** Whether any server leaves once its work is done. */
  public boolean anyLeaves() {
    return members.values().stream().anyMatch(Member::isLeaving);
  }

  /**
   * Removes the servers that leave and have no work, or do not answer.
   *
   * @param busy the names of the servers that have work
   * @return the names of those that were removed
   */
  public synchronized List<String> leave(Collection<String> busy) {
    List<String> removed = new ArrayList<>();
    Map<String, Member> next = new LinkedHashMap<>();
    for (Map.Entry<String, Member> entry : members.entrySet()) {
      Member member = entry.getValue();
      boolean done = !busy.contains(entry.getKey()) || !member.health().isUp();
      if (!member.isLeaving() || !done) {
        next.put(entry.getKey(), member);
        continue;
      }
      removed.add(entry.getKey());
      member.successor().ifPresent(backend -> next.put(entry.getKey(), member(backend)));
      LOG.info("backend has left backend={} url={}", entry.getKey(), member.backend().url());
    }
    members = next;
    return removed;
  }
}
