package io.comfygateway.pool;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.workflow.NodeReplacements;
import io.comfygateway.workflow.ObjectInfo;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Which node classes the servers of the pool have, as they answer {@code GET /object_info}. */
public final class NodeClasses {
  private static final Logger LOG = LoggerFactory.getLogger(NodeClasses.class);

  private final Backends backends;
  private final Duration validFor;
  private final Duration retry;
  private final InstantSource clock;
  private volatile Optional<ObjectInfo> all = Optional.empty();

  NodeClasses(Backends backends, Duration validFor, Duration retry, InstantSource clock) {
    this.backends = backends;
    this.validFor = validFor;
    this.retry = retry.compareTo(validFor) < 0 ? retry : validFor;
    this.clock = clock;
  }

  /** Whether a server's node classes are to be read now. */
  public boolean lacksObjectInfo(String name) {
    return backends.member(name).filter(member -> member.isInfoDue(clock.instant())).isPresent();
  }

  /** Keeps a server's answer to {@code GET /object_info}. */
  public synchronized void objectInfo(String name, ObjectNode answer) {
    backends
        .member(name)
        .ifPresent(
            member -> {
              boolean first = member.info().isEmpty();
              member.classesRead(answer, clock.instant().plus(validFor));
              if (first) {
                LOG.info("node classes known backend={} classes={}", name, answer.size());
              }
            });
    ObjectNode union = JsonNodeFactory.instance.objectNode();
    NodeReplacements replacements = NodeReplacements.NONE;
    for (Member member : backends.members()) {
      member.info().ifPresent(info -> union.setAll(info.json()));
      replacements =
          replacements.or(member.info().map(ObjectInfo::replacements).orElse(replacements));
    }
    all = Optional.of(new ObjectInfo(union, replacements));
  }

  /**
   * Keeps a server's answer to {@code GET /node_replacements}, which is read before its classes.
   */
  void nodeReplacements(String name, NodeReplacements answer) {
    backends.member(name).ifPresent(member -> member.replaces(answer));
  }

  /** The node classes of a server; empty where they are not known. */
  public Optional<ObjectInfo> of(String name) {
    return backends.member(name).flatMap(Member::info);
  }

  /** Records that a server's node classes could not be read: prompts go there unchecked. */
  public void noObjectInfo(String name, String reason) {
    backends
        .member(name)
        .ifPresent(
            member -> {
              if (member.info().isEmpty() && member.whyClassesUnknown().isEmpty()) {
                LOG.warn("node classes not known backend={} reason={}", name, reason);
              }
              member.classesUnknown(
                  "its node classes are not known: " + reason, clock.instant().plus(retry));
            });
  }

  /** The node classes of all servers together; empty where none is known yet. */
  public Optional<ObjectInfo> all() {
    return all;
  }
}
