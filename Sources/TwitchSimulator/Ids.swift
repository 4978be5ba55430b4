extension Simulator {
  /// Names what a session id belongs to.
  public enum Session {}
  /// Names what a conduit id belongs to.
  public enum Conduit {}
  /// Names what a subscription id belongs to.
  public enum Subscription {}
}
