package io.holdfast.storage.web;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.storage.StoreContext;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Locale;

/// The proxy that `HTTPS_PROXY` names, for `https:` addresses that `NO_PROXY` does not except.
final class EnvironmentProxy extends ProxySelector {
  private final List<Proxy> proxies;
  private final List<String> excepted;

  private EnvironmentProxy(List<Proxy> proxies, List<String> excepted) {
    this.proxies = proxies;
    this.excepted = excepted;
  }

  /// @throws BackupException `BAD_URL`
  static EnvironmentProxy of(StoreContext context) {
    String proxy = either(context, "HTTPS_PROXY");
    List<String> excepted =
        List.of(either(context, "NO_PROXY").toLowerCase(Locale.ROOT).split(",", 1000)).stream()
            .map(String::strip)
            .filter(name -> !name.isEmpty())
            .toList();
    return new EnvironmentProxy(
        proxy.isEmpty() ? List.of(Proxy.NO_PROXY) : List.of(parsed(proxy)), excepted);
  }

  private static String either(StoreContext context, String name) {
    String upper = context.variable(name).strip();
    return upper.isEmpty() ? context.variable(name.toLowerCase(Locale.ROOT)).strip() : upper;
  }

  private static Proxy parsed(String proxy) {
    try {
      URI uri = new URI(proxy.contains("://") ? proxy : "http://" + proxy);
      if (uri.getHost() != null && uri.getRawUserInfo() == null) {
        int port = uri.getPort() < 0 ? 80 : uri.getPort();
        return new Proxy(Proxy.Type.HTTP, InetSocketAddress.createUnresolved(uri.getHost(), port));
      }
    } catch (URISyntaxException _) {
      // its message would quote the variable
    }
    throw new BackupException(
        ErrorCode.BAD_URL,
        "HTTPS_PROXY is not of the form http://host:port",
        "Set it so, without a user or password, or unset it.");
  }

  @Override
  public List<Proxy> select(URI uri) {
    String host = uri.getHost() == null ? "" : uri.getHost().toLowerCase(Locale.ROOT);
    boolean isDirect =
        !"https".equals(uri.getScheme())
            || excepted.stream().anyMatch(name -> name.equals("*") || isBelow(host, name));
    return isDirect ? List.of(Proxy.NO_PROXY) : proxies;
  }

  private static boolean isBelow(String host, String name) {
    String bare = name.startsWith(".") ? name.substring(1) : name;
    return host.equals(bare) || host.endsWith("." + bare);
  }

  @Override
  public void connectFailed(URI uri, SocketAddress address, IOException failure) {
    // the request says so itself
  }
}
