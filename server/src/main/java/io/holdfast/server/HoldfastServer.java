package io.holdfast.server;

import io.holdfast.base.BackupException;
import io.holdfast.base.Cancellation;
import io.holdfast.base.Entropy;
import io.holdfast.base.ErrorKind;
import io.holdfast.base.Secret;
import io.holdfast.engine.api.Configuration;
import io.holdfast.engine.api.Holdfast;
import io.holdfast.engine.api.Options;
import io.holdfast.engine.api.ServerProgram;
import io.holdfast.engine.api.World;
import io.holdfast.server.access.Tokens;
import io.holdfast.server.catalog.CatalogAddress;
import io.holdfast.server.catalog.CatalogPlace;
import io.holdfast.server.run.RunLimits;
import io.holdfast.server.schedule.Automation;
import io.holdfast.server.schedule.CronSecret;
import io.holdfast.server.schedule.Plans;
import io.holdfast.server.source.Policies;
import io.holdfast.server.source.Sources;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.InstantSource;
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

  @Override
  public void serve(
      Configuration configuration,
      Request request,
      Cancellation cancellation,
      Consumer<String> say) {
    requireRepository(configuration.options(request.flags()));
    try (CatalogPlace catalog = CatalogPlace.open(configuration, request.data());
        ConfigurableApplicationContext context = start(configuration, request, catalog)) {
      int port = port(context);
      context
          .getBean(Tokens.class)
          .offerSetup()
          .ifPresent(token -> sayHowToSetUp(say, port, token));
      say.accept("serving on http://127.0.0.1:" + port);
      while (!cancellation.isRequested()) {
        configuration.world().pause().await(LOOK);
      }
      say.accept("stopping: running work is asked to end");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
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

  private static void sayHowToSetUp(Consumer<String> say, int port, Secret token) {
    say.accept("nobody has set this server up yet; the token for it is");
    say.accept("  " + token.expose());
    say.accept("make the first admin with it, once:");
    say.accept(
        "  curl -X POST http://127.0.0.1:"
            + port
            + "/api/setup -H 'Content-Type: application/json' -d"
            + " '{\"setupToken\": \"THE TOKEN\", \"name\": \"YOUR NAME\"}'");
  }

  private static ConfigurableApplicationContext start(
      Configuration configuration, Request request, CatalogPlace catalog) {
    Options options = configuration.options(request.flags());
    SpringApplication application = new SpringApplication(ServerApplication.class);
    application.setBannerMode(Banner.Mode.OFF);
    application.setRegisterShutdownHook(false);
    application.setDefaultProperties(
        Map.ofEntries(
            Map.entry("server.address", "127.0.0.1"),
            Map.entry("server.port", request.port().orElse(PORT)),
            Map.entry("server.shutdown", "graceful"),
            Map.entry("server.error.whitelabel.enabled", "false"),
            Map.entry("spring.threads.virtual.enabled", "true"),
            Map.entry("spring.main.log-startup-info", "false"),
            Map.entry("logging.level.root", "warn"),
            Map.entry("logging.level.io.holdfast", "info"),
            Map.entry("spring.jackson.deserialization.fail-on-unknown-properties", "true"),
            Map.entry("spring.flyway.clean-disabled", "true")));
    application.addInitializers(
        context ->
            outside(
                (GenericApplicationContext) context, configuration, options, catalog.address()));
    return application.run();
  }

  private static void outside(
      GenericApplicationContext context,
      Configuration configuration,
      Options options,
      CatalogAddress catalog) {
    Entropy entropy = configuration.world().entropy();
    context.registerBean(CatalogAddress.class, () -> catalog);
    context.registerBean(Sources.class, () -> new Sources(List.of(options)));
    context.registerBean(InstantSource.class, () -> configuration.world().clock());
    context.registerBean(Entropy.class, () -> entropy);
    context.registerBean(World.class, configuration::world);
    context.registerBean(RunLimits.class, () -> RunLimits.DEFAULT);
    context.registerBean(Plans.class, () -> new Plans(List.of()));
    context.registerBean(Policies.class, () -> new Policies(Map.of()));
    context.registerBean(Automation.class, () -> Automation.ENABLED);
    context.registerBean(
        CronSecret.class, () -> new CronSecret(configuration.environment().secret("CRON_SECRET")));
    context.registerBean(NodeName.class, () -> nodeName(entropy));
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
