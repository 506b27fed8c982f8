package io.comfygateway.pool;

import io.comfygateway.job.GraphRequirements;
import io.comfygateway.job.Placement;
import io.comfygateway.workflow.ObjectInfo;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Which server of the pool can run what, by its labels, node classes and model files. */
public final class PoolPlacement implements Placement {
  private final Backends backends;
  private final boolean requiresFiles;

  PoolPlacement(Backends backends, boolean requiresFiles) {
    this.backends = backends;
    this.requiresFiles = requiresFiles;
  }

  @Override
  public boolean canRun(String name, GraphRequirements needs) {
    return backends
        .member(name)
        .filter(member -> lacksNothing(member, needs) || decidesItself(member, needs))
        .isPresent();
  }

  private static boolean lacksNothing(Member member, GraphRequirements needs) {
    return Requirements.missing(member.backend(), member.info(), needs).isEmpty();
  }

  // The lists of files prove nothing: a class may accept more than it lists.
  private boolean decidesItself(Member member, GraphRequirements needs) {
    return !requiresFiles
        && lacksNothing(member, needs.withoutFiles())
        && remaining().noneMatch(other -> lacksNothing(other, needs));
  }

  private Stream<Member> remaining() {
    return backends.members().stream().filter(member -> !member.isRemoved());
  }

  /** The node classes of the servers that have the classes and labels that are needed. */
  public List<ObjectInfo> fitting(GraphRequirements needs) {
    return remaining()
        .filter(member -> lacksNothing(member, needs.withoutFiles()))
        .flatMap(member -> member.info().stream())
        .toList();
  }

  /** Whether the node classes of every server are known. */
  public boolean allKnown() {
    return remaining().allMatch(member -> member.info().isPresent());
  }

  /** The node classes that no server has; none while those of any server are not known. */
  public Set<String> unknownClasses(GraphRequirements needs) {
    boolean all = allKnown();
    return needs.classes().stream()
        .filter(type -> all && remaining().noneMatch(member -> member.runs(type)))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /**
   * Why no server can run what needs this: what each of them lacks.
   *
   * @return empty where one can, or may because its node classes are not known yet
   */
  public Optional<String> whyNowhere(GraphRequirements needs) {
    if (remaining().anyMatch(member -> canRun(member.backend().name(), needs))) {
      return Optional.empty();
    }
    List<String> reasons =
        remaining()
            .map(
                member ->
                    member.backend().name()
                        + " lacks "
                        + Requirements.missing(member.backend(), member.info(), needs).stream()
                            .map(Lack::words)
                            .collect(Collectors.joining(", ")))
            .toList();
    return Optional.of("No ComfyUI of the pool can run it: " + String.join("; ", reasons) + ".");
  }

  /**
   * Whether a server can run what is needed, be it up or not.
   *
   * @param lacks what it lacks; where its node classes are not known, it counts as having all
   * @param isKnown whether they are known
   */
  public record Fit(String server, boolean runs, List<Lack> lacks, boolean isKnown) {}

  /** For each server of the pool, whether it can run what needs this. */
  public List<Fit> fits(GraphRequirements needs) {
    return remaining()
        .map(
            member ->
                new Fit(
                    member.backend().name(),
                    canRun(member.backend().name(), needs),
                    Requirements.missing(member.backend(), member.info(), needs),
                    member.info().isPresent()))
        .toList();
  }

  /** Whether another server, which is fit for work and was not tried, can run what needs this. */
  public boolean canRunElsewhere(String name, Collection<String> tried, GraphRequirements needs) {
    return backends.members().stream()
        .filter(Member::takesWork)
        .map(member -> member.backend().name())
        .filter(other -> !other.equals(name) && !tried.contains(other))
        .anyMatch(other -> canRun(other, needs));
  }
}
