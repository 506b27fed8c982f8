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

  // The lists of files are no proof: a class may take more than it lists.
  private boolean decidesItself(Member member, GraphRequirements needs) {
    return !requiresFiles
        && lacksNothing(member, needs.withoutFiles())
        && remaining().noneMatch(other -> lacksNothing(other, needs));
  }

  private Stream<Member> remaining() {
    return backends.members().stream().filter(member -> !member.isRemoved());
  }

  /**
   * What the servers say of their node classes that have all those, and the labels, that it needs.
   */
  public List<ObjectInfo> fitting(GraphRequirements needs) {
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
  public Set<String> unknownClasses(GraphRequirements needs) {
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
                        + String.join(
                            ", ", Requirements.missing(member.backend(), member.info(), needs)))
            .toList();
    return Optional.of("No ComfyUI of the pool can run it: " + String.join("; ", reasons) + ".");
  }

  /** Whether another server that is fit for work can be given what needs this. */
  public boolean canRunElsewhere(String name, Collection<String> tried, GraphRequirements needs) {
    return backends.members().stream()
        .filter(Member::takesWork)
        .map(member -> member.backend().name())
        .filter(other -> !other.equals(name) && !tried.contains(other))
        .anyMatch(other -> canRun(other, needs));
  }
}
