package io.comfygateway.pool;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.job.Needs;
import io.comfygateway.job.Placement;
import io.comfygateway.job.SteadyClock;
import io.comfygateway.workflow.NodeReplacements;
import io.comfygateway.workflow.ObjectInfo;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The pool of ComfyUI servers, and what is known of each: whether it answers, whether it is fit for
 * work, and which node classes it has. The pool changes while it is used.
 */
public final class Backends implements Placement {
  private static final Logger LOG = LoggerFactory.getLogger(Backends.class);
  private static final Duration ASK_INFO_AGAIN = Duration.ofSeconds(30);
  private static final Duration LONGEST_PROBE = Duration.ofMinutes(5);

  private final ProbePolicy patience;
  private final InstantSource clock;
  private final boolean requiresFiles;
  private volatile Map<String, Member> members = Map.of();
  private volatile Optional<ObjectInfo> nodeClasses = Optional.empty();

  /**
   * What is known of one server.
   *
   * @param status {@code up}, {@code down}, {@code draining} or {@code resting}
   * @param isKnown whether it was asked at all
   * @param reason why it is given no work, or what is not known of it; empty where all is well
   */
  public record State(String status, boolean isKnown, String reason) {
    public boolean up() {
      return "up".equals(status);
    }
  }

  /**
   * Makes the pool of some servers.
   *
   * @param requiresFiles whether what no server lists the model files for runs nowhere; otherwise
   *     it goes to a server that has its node classes, and that one decides
   */
  public Backends(
      List<Backend> backends, ProbePolicy patience, InstantSource clock, boolean requiresFiles) {
    this.patience = patience;
    this.clock = new SteadyClock(clock);
    this.requiresFiles = requiresFiles;
    Map<String, Member> first = new LinkedHashMap<>();
    backends.forEach(backend -> first.put(backend.name(), member(backend)));
    members = first;
  }

  private Member member(Backend backend) {
    return new Member(backend, new ServerHealth(backend.name(), patience, this.clock));
  }

  /** Every server that may have work, with those that leave when theirs is done. */
  public List<Backend> all() {
    return members.values().stream().map(Member::backend).toList();
  }

  /** The servers as they are to be, without those that leave. */
  public List<Backend> configured() {
    return members.values().stream()
        .filter(member -> !member.isRemoved())
        .map(member -> member.successor().orElseGet(member::backend))
        .toList();
  }

  /** The servers to be asked now whether they are there. */
  public List<Backend> toProbe() {
    Instant now = clock.instant();
    return members.values().stream()
        .filter(member -> member.standing().isProbeDue())
        .filter(member -> member.beginProbe(now, now.plus(LONGEST_PROBE)))
        .map(Member::backend)
        .toList();
  }

  /** A probe has ended, however it did. */
  void probed(String name) {
    member(name).ifPresent(Member::endProbe);
  }

  /** The server of a name; empty where it is no longer in the pool. */
  public Optional<Backend> find(String name) {
    return member(name).map(Member::backend);
  }

  private Optional<Member> member(String name) {
    return Optional.ofNullable(members.get(name));
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

  /** Whether a server is in the pool and answers. */
  public boolean isUp(String name) {
    return member(name).filter(member -> member.standing().isUp()).isPresent();
  }

  /** The servers that answer. */
  public List<String> answering() {
    return members.values().stream()
        .filter(member -> member.standing().isUp() && !member.standing().isSilent())
        .map(member -> member.backend().name())
        .toList();
  }

  /** Whether any server of the pool was taken out. */
  public boolean anyDown() {
    return members.values().stream().anyMatch(member -> member.standing().downSince().isPresent());
  }

  /** Since when a server has not answered, as far as this gateway has seen. */
  public Optional<Instant> downSince(String name) {
    return member(name).flatMap(member -> member.standing().downSince());
  }

  /** Why no server takes a job now, with the reason of each; empty where one does. */
  public Optional<String> whyNoneTakesWork() {
    if (members.values().stream().anyMatch(Member::takesWork)) {
      return Optional.empty();
    }
    return Optional.of(
        members.values().stream()
            .map(member -> member.backend().name() + " " + inWords(state(member)))
            .collect(Collectors.joining("; ")));
  }

  private static String inWords(State state) {
    String status = state.isKnown() ? "is " + state.status() : "was not asked yet";
    return state.isKnown() && !state.reason().isEmpty()
        ? status + " (" + state.reason() + ")"
        : status;
  }

  /** Whether a server did not answer when it was asked the last time. */
  public boolean isSilent(String name) {
    return member(name).filter(member -> member.standing().isSilent()).isPresent();
  }

  public State state(String name) {
    return member(name).map(Backends::state).orElse(new State("down", true, "not in the pool"));
  }

  private static State state(Member member) {
    ServerHealth standing = member.standing();
    boolean known = standing.isKnown();
    if (!standing.isUp()) {
      return new State("down", known, standing.reason());
    }
    if (member.isLeaving()) {
      return new State(
          "draining", known, "it is no longer in the file; its work is finished first");
    }
    if (member.backend().drain()) {
      return new State("draining", known, "its file says drain: true");
    }
    if (standing.isResting()) {
      return new State("resting", known, standing.reason());
    }
    String old = member.version().flatMap(ComfyVersion::objection).orElse("");
    return new State("up", known, old.isEmpty() ? member.untold() : old);
  }

  /** How many prompts each server that is fit for work takes at a time. */
  public Map<String, Integer> rooms() {
    Map<String, Integer> rooms = new LinkedHashMap<>();
    for (Member member : members.values()) {
      if (member.takesWork()) {
        int window = member.standing().isOnTrial() ? 1 : member.backend().window();
        rooms.put(member.backend().name(), window);
      }
    }
    return rooms;
  }

  /**
   * Notes that a server answered as it should.
   *
   * @return whether it did not before
   */
  public boolean up(String name) {
    boolean news = member(name).filter(member -> member.standing().answered()).isPresent();
    if (news) {
      LOG.info("backend is up backend={}", name);
    }
    return news;
  }

  /**
   * Notes that a server did not answer: after some times in a row it is given nothing until it
   * does.
   *
   * @param surely whether nothing listens there, so that once is enough
   */
  public void down(String name, String reason, boolean surely) {
    member(name)
        .filter(member -> member.standing().silent(reason, surely))
        .ifPresent(
            member -> {
              // It may come back with other nodes installed, so these are asked for again.
              member.forgetInfo();
              LOG.warn("backend is down backend={} reason={}", name, reason);
            });
  }

  /** Notes that a prompt that a server ran succeeded. */
  public void promptSucceeded(String name) {
    if (member(name).filter(member -> member.standing().succeeded()).isPresent()) {
      LOG.info("backend runs prompts again backend={}", name);
    }
  }

  /**
   * Notes that a prompt failed on a server for a reason that may lie in the server; after some in a
   * row it rests.
   *
   * @return whether it was taken out by that
   */
  public boolean promptFailed(String name, String reason) {
    boolean out = member(name).filter(member -> member.standing().failed(reason)).isPresent();
    if (out) {
      LOG.warn("backend fails its prompts and rests backend={} reason={}", name, reason);
    }
    return out;
  }

  /** Notes which version of ComfyUI a server runs; one that is too old is warned of. */
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

  /** The version of a server's ComfyUI, where it has told it. */
  public Optional<String> version(String name) {
    return member(name).flatMap(Member::version).map(ComfyVersion::toString);
  }

  /** Notes whether a server has {@code /api/jobs}. */
  void jobsApi(String name, boolean has) {
    member(name).ifPresent(member -> member.hasJobsApi(has));
  }

  /** Whether a server tells of one prompt, and cancels one, under {@code /api/jobs}. */
  public boolean hasJobsApi(String name) {
    return member(name).filter(Member::hasJobsApi).isPresent();
  }

  /** Whether a server's node classes are to be asked for. */
  public boolean lacksObjectInfo(String name) {
    return member(name).filter(member -> member.isInfoDue(clock.instant())).isPresent();
  }

  /** Notes a server's answer to {@code GET /object_info}. */
  public synchronized void objectInfo(String name, ObjectNode answer) {
    member(name)
        .ifPresent(
            member -> {
              boolean first = member.info().isEmpty();
              member.told(answer, clock.instant().plus(patience.infoHolds()));
              if (first) {
                LOG.info("node classes known backend={} classes={}", name, answer.size());
              }
            });
    ObjectNode union = JsonNodeFactory.instance.objectNode();
    NodeReplacements replacements = NodeReplacements.NONE;
    for (Member member : members.values()) {
      member.info().ifPresent(info -> union.setAll(info.json()));
      replacements =
          replacements.or(member.info().map(ObjectInfo::replacements).orElse(replacements));
    }
    nodeClasses = Optional.of(new ObjectInfo(union, replacements));
  }

  /** Notes a server's answer to {@code GET /node_replacements}; its node classes are read next. */
  void nodeReplacements(String name, NodeReplacements answer) {
    member(name).ifPresent(member -> member.replaces(answer));
  }

  /** What a server said of its node classes; empty where it has not. */
  public Optional<ObjectInfo> nodeClasses(String name) {
    return member(name).flatMap(Member::info);
  }

  /** Notes that a server did not say which node classes it has: its prompts go there unchecked. */
  public void noObjectInfo(String name, String reason) {
    member(name)
        .ifPresent(
            member -> {
              if (member.info().isEmpty() && member.untold().isEmpty()) {
                LOG.warn("node classes not known backend={} reason={}", name, reason);
              }
              member.notTold(
                  "its node classes are not known: " + reason,
                  clock.instant().plus(askInfoAgain()));
            });
  }

  private Duration askInfoAgain() {
    Duration holds = patience.infoHolds();
    return holds.compareTo(ASK_INFO_AGAIN) < 0 ? holds : ASK_INFO_AGAIN;
  }

  /** The node classes of all servers together; empty where no server has said yet. */
  public Optional<ObjectInfo> nodeClasses() {
    return nodeClasses;
  }

  @Override
  public boolean canRun(String name, Needs needs) {
    return member(name)
        .filter(member -> lacksNothing(member, needs) || decidesItself(member, needs))
        .isPresent();
  }

  private static boolean lacksNothing(Member member, Needs needs) {
    return Requirements.missing(member.backend(), member.info(), needs).isEmpty();
  }

  // The lists of files are no proof: a class may take more than it lists.
  private boolean decidesItself(Member member, Needs needs) {
    return !requiresFiles
        && lacksNothing(member, needs.withoutFiles())
        && remaining().noneMatch(other -> lacksNothing(other, needs));
  }

  private Stream<Member> remaining() {
    return members.values().stream().filter(member -> !member.isRemoved());
  }

  /**
   * What the servers say of their node classes that have all those, and the labels, that it needs.
   */
  public List<ObjectInfo> fitting(Needs needs) {
    return remaining()
        .filter(member -> lacksNothing(member, needs.withoutFiles()))
        .flatMap(member -> member.info().stream())
        .toList();
  }

  /** Whether every server has told what it has. */
  public boolean allTold() {
    return remaining().allMatch(member -> member.info().isPresent());
  }

  /** The node classes that no server has; none where one has not told yet what it has. */
  public Set<String> unknownClasses(Needs needs) {
    boolean all = allTold();
    return needs.classes().stream()
        .filter(type -> all && remaining().noneMatch(member -> member.runs(type)))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /**
   * Why no server can run what needs this: what each of them lacks.
   *
   * @return empty where one can, or where one has not told yet what it has
   */
  public Optional<String> whyNowhere(Needs needs) {
    if (remaining().anyMatch(member -> canRun(member.backend().name(), needs))) {
      return Optional.empty();
    }
    List<String> reasons =
        remaining()
            .map(
                member ->
                    member.backend().name()
                        + " lacks "
                        + String.join(
                            ", ", Requirements.missing(member.backend(), member.info(), needs)))
            .toList();
    return Optional.of("No ComfyUI of the pool can run it: " + String.join("; ", reasons) + ".");
  }

  /** Whether a server gets no prompts because those that it had failed. */
  public boolean isResting(String name) {
    return member(name).filter(member -> member.standing().isResting()).isPresent();
  }

  /** Whether another server that is fit for work can be given what needs this. */
  public boolean canRunElsewhere(String name, Collection<String> tried, Needs needs) {
    return members.values().stream()
        .filter(Member::takesWork)
        .map(member -> member.backend().name())
        .filter(other -> !other.equals(name) && !tried.contains(other))
        .anyMatch(other -> canRun(other, needs));
  }

  /**
   * Takes over a list of servers. One that is not in it any more, or has another URL, finishes its
   * work first: see {@link #leave}.
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
              LOG.info("backend removed, its work is finished first backend={}", name);
            }
            member.remove();
            next.put(name, member);
          }
        });
    members = next;
  }

  /** Whether any server waits for the end of its work. */
  public boolean anyLeaves() {
    return members.values().stream().anyMatch(Member::isLeaving);
  }

  /**
   * Lets those go that are to leave and have no work, or do not answer.
   *
   * @param busy the names of the servers that have work
   * @return the names of those that are gone
   */
  public synchronized List<String> leave(Collection<String> busy) {
    List<String> gone = new ArrayList<>();
    Map<String, Member> next = new LinkedHashMap<>();
    for (Map.Entry<String, Member> entry : members.entrySet()) {
      Member member = entry.getValue();
      boolean done = !busy.contains(entry.getKey()) || !member.standing().isUp();
      if (!member.isLeaving() || !done) {
        next.put(entry.getKey(), member);
        continue;
      }
      gone.add(entry.getKey());
      member.successor().ifPresent(backend -> next.put(entry.getKey(), member(backend)));
      LOG.info("backend has left backend={} url={}", entry.getKey(), member.backend().url());
    }
    members = next;
    return gone;
  }
}
