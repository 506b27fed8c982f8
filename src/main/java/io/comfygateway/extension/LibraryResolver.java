package io.comfygateway.extension;

import eu.maveniverse.maven.mima.context.Context;
import eu.maveniverse.maven.mima.context.ContextOverrides;
import eu.maveniverse.maven.mima.runtime.standalonestatic.StandaloneStaticRuntime;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.eclipse.aether.DefaultRepositorySystemSession;
import org.eclipse.aether.RepositoryException;
import org.eclipse.aether.artifact.Artifact;
import org.eclipse.aether.artifact.DefaultArtifact;
import org.eclipse.aether.collection.CollectRequest;
import org.eclipse.aether.collection.DependencyCollectionContext;
import org.eclipse.aether.collection.DependencyManagement;
import org.eclipse.aether.collection.DependencyManager;
import org.eclipse.aether.collection.DependencySelector;
import org.eclipse.aether.graph.Dependency;
import org.eclipse.aether.graph.DependencyNode;
import org.eclipse.aether.repository.RemoteRepository;
import org.eclipse.aether.resolution.ArtifactRequest;
import org.eclipse.aether.resolution.ArtifactResult;
import org.eclipse.aether.transfer.ArtifactNotFoundException;
import org.eclipse.aether.transfer.ChecksumFailureException;
import org.eclipse.aether.util.graph.selector.AndDependencySelector;
import org.eclipse.aether.util.graph.transformer.ConflictResolver;
import org.eclipse.aether.util.repository.SimpleArtifactDescriptorPolicy;

/**
 * Fetches libraries and what they need from a Maven repository, without what the gateway has. Every
 * file is compared with the repository's checksum. Mirrors, proxies and credentials are those of
 * the user's {@code ~/.m2/settings.xml}, as in the build.
 */
public final class LibraryResolver {
  private static final String CENTRAL = "https://repo.maven.apache.org/maven2";
  private static final String CONNECT_MS = "aether.connector.connectTimeout";
  private static final String REQUEST_MS = "aether.connector.requestTimeout";

  private final ShippedLibraries shipped;
  private final URI repository;

  /**
   * Makes a resolver.
   *
   * @param repository a Maven repository instead of Maven Central; a {@code file:} URL is a folder,
   *     for which no mirror or proxy is asked
   */
  public LibraryResolver(ShippedLibraries shipped, Optional<URI> repository) {
    this.shipped = shipped;
    this.repository = repository.orElse(URI.create(CENTRAL));
  }

  /**
   * A file that was fetched.
   *
   * @param name what it is called in the folder of extensions
   */
  record Library(Coordinates coordinates, String name, Path file) {}

  /**
   * What was fetched.
   *
   * @param needed the libraries that each wanted one needs, itself first; each is there in one
   *     version
   * @param newer what of the gateway's libraries is wanted in a newer version than the gateway has
   */
  record Resolution(Map<Coordinates, List<Library>> needed, List<String> newer) {}

  /**
   * Fetches libraries.
   *
   * @param folder takes the files; the caller removes it
   * @throws ExtensionException where one of them cannot be had
   */
  Resolution fetch(List<Coordinates> wanted, Path folder) throws ExtensionException {
    boolean isFolder = "file".equals(repository.getScheme());
    ContextOverrides overrides =
        ContextOverrides.create()
            .withUserSettings(!isFolder)
            .withLocalRepositoryOverride(folder)
            .ignoreArtifactDescriptorRepositories(true)
            .checksumPolicy(ContextOverrides.ChecksumPolicy.FAIL)
            .configProperties(Map.of(CONNECT_MS, 10_000, REQUEST_MS, 60_000))
            .repositories(
                List.of(
                    new RemoteRepository.Builder("central", "default", repository.toString())
                        .build()))
            .addRepositoriesOp(ContextOverrides.AddRepositoriesOp.REPLACE)
            .build();
    try (Context context = new StandaloneStaticRuntime().create(overrides)) {
      return new Fetch(context).run(wanted);
    }
  }

  /** One collection of a graph and its files. */
  private final class Fetch {
    private final Context context;
    private final DefaultRepositorySystemSession session;
    private final Map<String, String> newer = new TreeMap<>();
    private final Map<String, DependencyNode> winners = new LinkedHashMap<>();

    Fetch(Context context) {
      this.context = context;
      this.session = new DefaultRepositorySystemSession(context.repositorySystemSession());
      session.setDependencySelector(
          AndDependencySelector.newInstance(session.getDependencySelector(), new NotShipped()));
      session.setDependencyManager(new Aligned(session.getDependencyManager(), shipped));
      session.setArtifactDescriptorPolicy(new SimpleArtifactDescriptorPolicy(false, true));
      // So that what each library needs is still seen after one version of each was chosen.
      session.setConfigProperty(ConflictResolver.CONFIG_PROP_VERBOSE, true);
    }

    Resolution run(List<Coordinates> wanted) throws ExtensionException {
      CollectRequest request = new CollectRequest();
      request.setRepositories(context.remoteRepositories());
      wanted.forEach(
          one ->
              request.addDependency(
                  new Dependency(
                      new DefaultArtifact(one.group(), one.artifact(), "jar", one.version()),
                      "runtime")));
      try {
        DependencyNode root =
            context.repositorySystem().collectDependencies(session, request).getRoot();
        addWinners(root);
        Map<String, Library> files = files();
        Map<Coordinates, List<Library>> needed = new LinkedHashMap<>();
        for (Coordinates one : wanted) {
          needed.put(one, reached(one).stream().map(files::get).toList());
        }
        return new Resolution(needed, List.copyOf(newer.values()));
      } catch (RepositoryException e) {
        throw explained(e);
      }
    }

    private void addWinners(DependencyNode node) {
      List<DependencyNode> open = new ArrayList<>(node.getChildren());
      for (int i = 0; i < open.size(); i++) {
        DependencyNode one = open.get(i);
        if (!one.getData().containsKey(ConflictResolver.NODE_DATA_WINNER)
            && winners.putIfAbsent(key(one.getArtifact()), one) == null) {
          open.addAll(one.getChildren());
        }
      }
    }

    private Map<String, Library> files() throws RepositoryException {
      List<ArtifactRequest> requests = new ArrayList<>();
      winners
          .values()
          .forEach(
              node ->
                  requests.add(
                      new ArtifactRequest(node.getArtifact(), context.remoteRepositories(), null)));
      Map<String, Library> files = new HashMap<>();
      Set<String> names = new LinkedHashSet<>();
      for (ArtifactResult result : context.repositorySystem().resolveArtifacts(session, requests)) {
        Artifact artifact = result.getArtifact();
        String name = artifact.getFile().getName();
        // Two groups may have a library of one name.
        if (!names.add(name)) {
          name = artifact.getGroupId() + "." + name;
        }
        files.put(
            key(artifact),
            new Library(
                new Coordinates(
                    artifact.getGroupId(), artifact.getArtifactId(), artifact.getVersion()),
                name,
                artifact.getFile().toPath()));
      }
      return files;
    }

    private Set<String> reached(Coordinates from) {
      Set<String> reached = new LinkedHashSet<>();
      List<String> open = new ArrayList<>(List.of(from.key() + ":"));
      for (int i = 0; i < open.size(); i++) {
        if (reached.add(open.get(i))) {
          Objects.requireNonNull(winners.get(open.get(i))).getChildren().stream()
              .map(node -> key(node.getArtifact()))
              .forEach(open::add);
        }
      }
      return reached;
    }

    /** Leaves out what the gateway has, and notes what is wanted newer. */
    private final class NotShipped implements DependencySelector {
      @Override
      public boolean selectDependency(Dependency dependency) {
        Artifact artifact = dependency.getArtifact();
        if (!shipped.has(artifact.getGroupId(), artifact.getArtifactId())) {
          return true;
        }
        String key = artifact.getGroupId() + ":" + artifact.getArtifactId();
        shipped
            .version(key)
            .filter(here -> ShippedLibraries.isNewer(artifact.getVersion(), here))
            .ifPresent(
                here ->
                    newer.put(
                        key, key + " " + artifact.getVersion() + ", the gateway has " + here));
        return false;
      }

      @Override
      public DependencySelector deriveChildSelector(DependencyCollectionContext context) {
        return this;
      }
    }
  }

  private static String key(Artifact artifact) {
    return artifact.getGroupId() + ":" + artifact.getArtifactId() + ":" + artifact.getClassifier();
  }

  /** Gives a library the version that fits its family in the gateway. */
  private record Aligned(DependencyManager usual, ShippedLibraries shipped)
      implements DependencyManager {
    @Override
    public DependencyManagement manageDependency(Dependency dependency) {
      DependencyManagement management = usual.manageDependency(dependency);
      String version =
          management != null && management.getVersion() != null
              ? management.getVersion()
              : dependency.getArtifact().getVersion();
      Optional<String> aligned = shipped.aligned(dependency.getArtifact().getGroupId(), version);
      if (aligned.isEmpty()) {
        return management;
      }
      DependencyManagement changed = management == null ? new DependencyManagement() : management;
      changed.setVersion(aligned.get());
      return changed;
    }

    @Override
    public DependencyManager deriveChildManager(DependencyCollectionContext context) {
      return new Aligned(usual.deriveChildManager(context), shipped);
    }
  }

  private ExtensionException explained(RepositoryException thrown) {
    Throwable deepest = thrown;
    for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
      deepest = cause;
      if (cause instanceof ArtifactNotFoundException missing) {
        return new ExtensionException(
            missing.getArtifact() + " is not in " + repository + ". Nothing was changed.", thrown);
      }
      if (cause instanceof ChecksumFailureException) {
        return new ExtensionException(
            "A file from "
                + repository
                + " does not have the checksum that the repository gives for it, so it was not"
                + " taken ("
                + thrown.getMessage()
                + "). Nothing was changed; try again, or name another repository with"
                + " --repository.",
            thrown);
      }
    }
    String reason =
        deepest.getMessage() == null ? deepest.getClass().getSimpleName() : deepest.getMessage();
    return new ExtensionException(
        "The libraries could not be fetched from "
            + repository
            + ": "
            + reason
            + ". Nothing was changed; check the network or the proxy in ~/.m2/settings.xml, or name"
            + " another repository with --repository.",
        thrown);
  }
}
