package io.holdfast.server;

import io.holdfast.base.BackupException;
import io.holdfast.base.Cancellation;
import io.holdfast.base.Entropy;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.ErrorKind;
import io.holdfast.base.Secret;
import io.holdfast.engine.api.Configuration;
import io.holdfast.engine.api.Holdfast;
import io.holdfast.engine.api.Options;
import io.holdfast.engine.api.ServerProgram;
import io.holdfast.engine.api.World;
import io.holdfast.engine.config.Deployment;
import io.holdfast.engine.config.ServerSection;
import io.holdfast.engine.notify.EventChoice;
import io.holdfast.engine.notify.NotificationSettings;
import io.holdfast.engine.notify.Outbound;
import io.holdfast.engine.plan.Plans;
import io.holdfast.engine.plan.Tiers;
import io.holdfast.server.access.Tokens;
import io.holdfast.server.alert.Receivers;
import io.holdfast.server.catalog.CatalogAddress;
import io.holdfast.server.catalog.CatalogPlace;
import io.holdfast.server.rescue.LostCatalog;
import io.holdfast.server.rescue.RebuildCommand;
import io.holdfast.server.run.RunLimits;
import io.holdfast.server.schedule.CronSecret;
import io.holdfast.server.source.Applications;
import io.holdfast.server.source.Repositories;
import io.holdfast.server.source.RestoreRoots;
import io.holdfast.server.source.Sources;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.Banner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.web.server.WebServer;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.support.GenericApplicationContext;

/// Starts the server in this process.
public final class HoldfastServer implements ServerProgram {
  private static final Logger LOG = LoggerFactory.getLogger(HoldfastServer.class);
  private static final Duration LOOK = Duration.ofMillis(200);
  private static final int PORT = 8750;
  private static final int NODE_SUFFIX_BYTES = 4;

  private static final Map<String, Object> PROPERTIES =
      Map.ofEntries(
          Map.entry("server.shutdown", "graceful"),
          // No files of Spring's from the working directory.
          Map.entry("spring.config.location", "optional:classpath:/holdfast-server/"),
          Map.entry("server.error.whitelabel.enabled", "false"),
          // Threads of requests are no virtual ones: backups compute, and would keep them waiting.
          Map.entry("spring.threads.virtual.enabled", "false"),
          Map.entry("spring.servlet.multipart.enabled", "false"),
          Map.entry("spring.main.log-startup-info", "false"),
          Map.entry("logging.level.root", "warn"),
          Map.entry("logging.level.io.holdfast", "info"),
          Map.entry("spring.jackson.deserialization.fail-on-unknown-properties", "true"),
          Map.entry("spring.flyway.clean-disabled", "true"));

  @Override
  public void serve(
      Configuration configuration,
      Request request,
      Cancellation cancellation,
      Consumer<String> say) {
    Deployment deployment = configuration.deployment(request.flags());
    List<Options> sources = configuration.options(deployment);
    sources.forEach(HoldfastServer::requireRepository);
    ServerSection section = deployment.server();
    section.remarks().forEach(say);
    try (CatalogPlace catalog = CatalogPlace.open(configuration, section, request.data());
        ConfigurableApplicationContext context =
            start(configuration, request, deployment, sources, catalog)) {
      String url = url(section, port(context));
      Optional<Secret> setup = context.getBean(Tokens.class).offerSetup();
      setup.ifPresent(token -> sayHowToSetUp(say, url, token));
      if (setup.isPresent()) {
        context.getBean(LostCatalog.class).hint().forEach(say);
      }
      say.accept("serving on " + url);
      while (!cancellation.isRequested()) {
        catalog.requireRunning();
        configuration.world().pause().await(LOOK);
      }
      say.accept("stopping: running work is asked to end");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public Rebuilt rebuildCatalog(Configuration configuration, RebuildRequest request) {
    Deployment deployment = configuration.deployment(request.flags());
    Options first =
        configuration.options(deployment).stream()
            .findFirst()
            .orElseThrow(
                () ->
                    new BackupException(
                        ErrorCode.BAD_ARGUMENT,
                        "no source is configured, so there is no repository to look into",
                        "Name the repository with --repo or in holdfast.yaml."));
    try (Holdfast holdfast = Holdfast.open(first)) {
      return new RebuildCommand(configuration, deployment, holdfast).run(request);
    }
  }

  /// A repository that is not there, or another key, is said at once. One that cannot be reached
  /// now is no reason not to start.
  private static void requireRepository(Options options) {
    try (Holdfast holdfast = Holdfast.open(options)) {
      LOG.info("the repository is {}", holdfast);
    } catch (BackupException e) {
      if (e.code().kind() == ErrorKind.USER) {
        throw e;
      }
      LOG.warn("the repository cannot be opened now: {}", e.text());
    }
  }

  private static int port(ConfigurableApplicationContext context) {
    return Optional.ofNullable(((WebServerApplicationContext) context).getWebServer())
        .map(WebServer::getPort)
        .orElseThrow(() -> new IllegalStateException("the web server has not started"));
  }

  /// Where it can be reached on this machine.
  private static String url(ServerSection section, int port) {
    InetAddress address = section.address();
    String host =
        address.isAnyLocalAddress()
            ? "127.0.0.1"
            : address instanceof Inet6Address
                ? "[" + address.getHostAddress() + "]"
                : address.getHostAddress();
    return (section.tls().isPresent() ? "https://" : "http://") + host + ":" + port;
  }

  private static void sayHowToSetUp(Consumer<String> say, String url, Secret token) {
    say.accept("nobody has set this server up yet; the token for it is");
    say.accept("  " + token.expose());
    say.accept("make the first admin with it, once:");
    say.accept(
        "  curl -X POST "
            + url
            + "/api/setup -H 'Content-Type: application/json' -d"
            + " '{\"setupToken\": \"THE TOKEN\", \"name\": \"YOUR NAME\"}'");
  }

  private static ConfigurableApplicationContext start(
      Configuration configuration,
      Request request,
      Deployment deployment,
      List<Options> sources,
      CatalogPlace catalog) {
    ServerSection section = deployment.server();
    SpringApplication application = new SpringApplication(ServerApplication.class);
    application.setBannerMode(Banner.Mode.OFF);
    application.setRegisterShutdownHook(false);
    Map<String, Object> properties = new HashMap<>(PROPERTIES);
    properties.put("server.address", section.address().getHostAddress());
    properties.put("server.port", request.port().orElse(section.port().orElse(PORT)));
    section
        .tls()
        .ifPresent(
            tls -> {
              Path directory = configuration.workingDirectory();
              properties.put(
                  "server.ssl.certificate", directory.resolve(tls.certificate()).toUri());
              properties.put(
                  "server.ssl.certificate-private-key", directory.resolve(tls.key()).toUri());
            });
    application.setEnvironment(new OwnEnvironment(properties));
    application.addInitializers(
        context ->
            outside(
                (GenericApplicationContext) context,
                configuration,
                deployment,
                sources,
                catalog.address()));
    return application.run();
  }

  private static void outside(
      GenericApplicationContext context,
      Configuration configuration,
      Deployment deployment,
      List<Options> sources,
      CatalogAddress catalog) {
    Entropy entropy = configuration.world().entropy();
    context.registerBean(CatalogAddress.class, () -> catalog);
    context.registerBean(Sources.class, () -> new Sources(sources));
    context.registerBean(
        RestoreRoots.class, () -> new RestoreRoots(deployment.server().restoreRoots()));
    context.registerBean(Repositories.class, () -> Repositories.of(deployment));
    context.registerBean(InstantSource.class, () -> configuration.world().clock());
    context.registerBean(Entropy.class, () -> entropy);
    context.registerBean(World.class, configuration::world);
    context.registerBean(RunLimits.class, () -> RunLimits.DEFAULT);
    context.registerBean(Plans.class, deployment::plans);
    context.registerBean(Tiers.class, deployment::tiers);
    context.registerBean(ZoneId.class, deployment::zone);
    context.registerBean(Applications.class, () -> new Applications(deployment.applications()));
    context.registerBean(Deployment.Scheduling.class, deployment::scheduling);
    context.registerBean(CronSecret.class, () -> new CronSecret(deployment.cronSecret()));
    context.registerBean(Receivers.class, () -> receivers(configuration));
    context.registerBean(NodeName.class, () -> nodeName(entropy));
  }

  private static Receivers receivers(Configuration configuration) {
    NotificationSettings settings =
        NotificationSettings.fromEnvironment(configuration.environment(), EventChoice.USUAL);
    return new Receivers(
        settings.subscriptions(Outbound.over(settings.policy()), configuration.world().clock()));
  }

  private static NodeName nodeName(Entropy entropy) {
    String suffix = HexFormat.of().formatHex(entropy.bytes(NODE_SUFFIX_BYTES));
    try {
      return new NodeName(InetAddress.getLocalHost().getHostName() + "-" + suffix);
    } catch (UnknownHostException _) {
      return new NodeName("node-" + suffix);
    }
  }
}
