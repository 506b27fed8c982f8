package io.comfygateway.route;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Files that are exchanged at once, since one has what another had before: neither can be put in
 * before the other is out.
 *
 * @param before what runs of them
 * @param after what is to run
 */
record JointChange(List<RouteFile> before, List<RouteFile> after) {
  /**
   * Builds the files.
   *
   * @param names their names
   * @param files all files of the folder
   * @return empty where one has a fault, or route configurations, which concern other files too
   * @throws Exception if one cannot be built
   */
  static Optional<JointChange> of(
      Set<String> names,
      Map<String, RouteFolder.Found> files,
      RunningFiles running,
      RouteJudgement.Judged judged,
      RouteTrial trial)
      throws Exception {
    if (names.stream().anyMatch(name -> !judged.faults(name).isEmpty())) {
      return Optional.empty();
    }
    List<RouteFile> before = names.stream().flatMap(name -> running.find(name).stream()).toList();
    List<RouteFile> after = new ArrayList<>();
    for (String name : names) {
      RouteFolder.Found file = files.get(name);
      if (file != null && file.text().isPresent()) {
        String text = file.text().get();
        List<RouteFile> configurations = running.configurationsWithout(name);
        after.add(new RouteFile(name, text, trial.of(name, text, configurations)));
      }
    }
    return Stream.concat(before.stream(), after.stream())
            .anyMatch(file -> file.content().configures())
        ? Optional.empty()
        : Optional.of(new JointChange(before, List.copyOf(after)));
  }
}
