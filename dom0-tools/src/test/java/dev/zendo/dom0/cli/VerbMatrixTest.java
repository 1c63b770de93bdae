package dev.zendo.dom0.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion.VersionFlag;
import dev.zendo.dom0.cli.VerbUses.Ended;
import dev.zendo.dom0.cli.VerbUses.Use;
import dev.zendo.dom0.daemon.Json;
import java.io.IOException;
import java.io.OutputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.apache.commons.cli.DefaultParser;
import org.apache.commons.cli.Option;
import org.apache.commons.cli.ParseException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every verb with its help, its JSON, and all ways to use it wrongly. */
@Timeout(60)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class VerbMatrixTest {
  /** Verbs that run guests in the terminal or have no end: tests of the program try them. */
  private static final Set<String> ELSEWHERE =
      Set.of("run", "profile", "conform", "console", "events", "capture");

  /** Verbs that print JSON as they go, a value to a line. */
  private static final Set<String> LINES =
      Set.of("shutdown", "reboot", "save", "restore", "migrate");

  private Path temp;
  private MatrixBench bench;

  @BeforeAll
  void start(@TempDir Path folder) throws IOException {
    temp = folder;
    bench = new MatrixBench(temp);
  }

  @AfterAll
  void stop() throws Exception {
    bench.stop();
  }

  @BeforeEach
  void fresh() throws Exception {
    bench.fresh();
  }

  private static Stream<Use> uses(Predicate<Use> which) {
    return VerbUses.all().stream().filter(which);
  }

  static Stream<Use> all() {
    return uses(use -> true);
  }

  /** What can be done in this process, with success. */
  static Stream<Use> here() {
    return uses(use -> !ELSEWHERE.contains(use.verb()));
  }

  static Stream<Use> aboutDomains() {
    return uses(use -> use.has("web"));
  }

  static Stream<Use> aboutEndedOnes() {
    return uses(use -> use.ended() != Ended.NONE && !use.verb().equals("console"))
        .filter(use -> !use.verb().equals("capture"));
  }

  /** What peers does it does to files alone. */
  static Stream<Use> ofDaemons() {
    return uses(use -> verb(use).options().hasOption("state") && !use.verb().equals("peers"));
  }

  static Stream<Use> writing() {
    return uses(use -> use.has("$out"));
  }

  private static Verb verb(Use use) {
    return Verbs.find(use.verb());
  }

  @Test
  void everyVerbHasALine() {
    List<String> verbs = Verbs.all().stream().map(Verb::name).sorted().toList();
    assertEquals(verbs, all().map(Use::verb).sorted().toList());
    for (Use use : VerbUses.all()) {
      boolean takesDomain = verb(use).arguments().matches("(?s).*\\bDOMAIN\\b.*");
      assertTrue(!takesDomain || use.has("web"), use + " needs a domain");
    }
  }

  @ParameterizedTest
  @MethodSource("all")
  void helpSaysAll(Use use) throws ParseException {
    Verb verb = verb(use);
    assertEquals(0, bench.zl(use.verb(), "--help"));
    String help = bench.out();
    assertTrue(help.startsWith("Usage: zl " + use.verb() + " "), help);
    for (Option option : verb.options().getOptions()) {
      assertTrue(help.contains(Help.names(option)), option.toString());
      assertTrue(option.getDescription() != null && option.getDescription().length() > 3, help);
      assertTrue(!option.hasArg() || option.getArgName() != null, option + " needs a value's name");
    }
    assertEquals(0, bench.zl("help", use.verb()));
    assertEquals(help, bench.out());
    assertFalse(verb.examples().isEmpty());
    for (String example : verb.examples()) {
      String[] words = example.replaceAll(".*?\\bzl | [|>] .*", "").split(" +");
      assertEquals(use.verb(), words[0], example);
      var unused = new DefaultParser().parse(verb.options(), words);
    }
  }

  @ParameterizedTest
  @MethodSource("all")
  void anUnknownOptionIsRefused(Use use) {
    List<String> line = new ArrayList<>(use.line());
    line.add("--nosuch");
    bench.refuses(ExitStatus.BAD_USE, line);
    assertTrue(bench.err().startsWith("zl: unknown option --nosuch"), bench.err());
  }

  @ParameterizedTest
  @MethodSource("all")
  void aWordTooManyIsRefused(Use use) throws Exception {
    bench.does(use.before());
    int domains = bench.domains().size();
    List<String> line = new ArrayList<>(use.line());
    line.add("surplus");
    bench.refuses(line);
    assertEquals(domains, bench.domains().size());
  }

  @ParameterizedTest
  @MethodSource("here")
  void jsonIsAsItsSchemaSays(Use use) throws Exception {
    bench.does(use.before());
    List<String> line = new ArrayList<>(use.line());
    boolean json = verb(use).options().hasOption("json");
    if (json) {
      line.add("--json");
    }
    assertEquals(0, bench.zl(line), bench.err());
    if (json) {
      Path schema = Path.of("..", "docs", "schema", use.verb() + ".json");
      var promise =
          JsonSchemaFactory.getInstance(VersionFlag.V202012).getSchema(Files.readString(schema));
      List<String> texts =
          LINES.contains(use.verb()) ? bench.out().lines().toList() : List.of(bench.out());
      for (String text : texts) {
        assertEquals(Set.of(), promise.validate(Json.parse(text)), text);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("aboutDomains")
  void anUnknownDomainIsRefused(Use use) throws Exception {
    bench.does(use.before());
    bench.refuses(ExitStatus.FAILURE, use.with("web", "nosuch").line());
    assertEquals("zl: nosuch: there is no such domain (zl list shows all)\n", bench.err());
    assertFalse(Files.exists(bench.path("$out")));
  }

  @ParameterizedTest
  @MethodSource("aboutEndedOnes")
  void aDomainThatHasEndedIsThereForWhatItCanDo(Use use) throws Exception {
    bench.does(use.before());
    List<String> line = use.with("web", "ended").line();
    if (use.ended() == Ended.FINE) {
      assertEquals(0, bench.zl(line), bench.err());
    } else {
      bench.refuses(ExitStatus.FAILURE, line);
      assertTrue(bench.err().startsWith("zl: ended has ended ("), bench.err());
      assertFalse(Files.exists(bench.path("$out")));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"save", "snapshot", "clone", "migrate"})
  void aKernelThatIsPausedCannotSuspend(String verb) throws Exception {
    bench.does(List.of(List.of("pause", "web")));
    Use use = uses(each -> each.verb().equals(verb)).findFirst().orElseThrow();
    bench.refuses(ExitStatus.FAILURE, use.line());
    assertTrue(bench.err().startsWith("zl: web is paused, so its kernel"), bench.err());
    assertEquals("paused", bench.state("web"));
    assertFalse(Files.exists(bench.path("$out")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "migrate --cancel web",
        "cd-insert web xvda $disc",
        "cd-eject web xvda",
        "cd-eject web xvdq",
        "block-detach web xvdq",
        "block-resize web xvdq 2m",
        "block-attach web $raw,raw,xvda,w",
        "network-detach web 7",
        "network-detach web 00:16:3e:00:00:00",
        "vcpu-pin web 9 0",
        "vcpu-pin web 0 63",
        "vcpu-set web 2",
        "vcpu-set web 0",
        "mem-set web 0",
        "mem-set web 999g",
        "mem-max web 999g",
        "trigger web nmi 5",
        "trigger web sneeze",
        "sysrq web ss",
        "rename web ended",
        "rename web 7",
        "rename web a/b",
        "rename web Domain-0",
        "rename ended web",
        "clone web ended",
        "snapshot-remove nosuch",
        "destroy 0",
        "pause Domain-0",
        "store read /nosuch",
        "peers remove nosuch",
        "peers add xyz",
        "migrate web unix:/nosuch",
        "migrate web localhost:99999",
        "capture --network",
        "top --delay -1"
      })
  void whatADomainCannotDoIsSaid(String line) throws Exception {
    bench.refuses(List.of(line.split(" ")));
    assertFalse(Files.exists(bench.path("$out")));
    assertEquals("running", bench.state("web"));
    assertEquals(3, bench.domains().size());
  }

  /** Files that are read, by how the table calls them, and whether any content will do. */
  private static final Map<String, Boolean> FILES =
      Map.of("$config", false, "$kernel", false, "$saved", false, "$disc", true);

  static Stream<Use> reading() {
    // Of an image that is none conform reports as of others.
    return uses(use -> FILES.keySet().stream().anyMatch(use::has))
        .filter(use -> !use.verb().equals("conform"));
  }

  @ParameterizedTest
  @MethodSource("reading")
  void filesThatCannotBeUsedAreRefused(Use use) throws Exception {
    bench.does(use.before());
    int domains = bench.domains().size();
    for (String file : FILES.keySet()) {
      if (use.has(file)) {
        for (String bad : bench.badFiles(FILES.get(file))) {
          bench.refuses(use.with(file, bad).line());
        }
      }
    }
    bench.refuses(List.of("save", "web", "$out", "/nosuch.cfg"));
    assertFalse(Files.exists(bench.path("$out")));
    assertEquals(domains, bench.domains().size());
  }

  @ParameterizedTest
  @MethodSource("ofDaemons")
  void whereNoDaemonRunsThatIsSaid(Use use) throws IOException {
    Path empty = Files.createTempDirectory(temp, "none");
    Path dead = Files.createTempDirectory(temp, "dead");
    try (ServerSocketChannel nobody = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      nobody.bind(UnixDomainSocketAddress.of(dead.resolve("daemon.sock")));
    }
    for (Path state : List.of(empty, dead)) {
      int status = bench.in(state, use.line());
      assertEquals(use.verb().equals("info"), status == 0, bench.err());
      String said = use.verb().equals("daemon") ? bench.out() : bench.err();
      assertTrue(status == 0 || said.matches("(zl: )?no daemon runs for " + state + ".*\n"), said);
      assertFalse(bench.out().contains("xception") || bench.err().contains("xception"));
    }
  }

  @ParameterizedTest
  @MethodSource("writing")
  void whatCannotBeWrittenLeavesNothing(Use use) throws Exception {
    Path folder = Files.createTempDirectory(temp, "out");
    List<String> places = new ArrayList<>(List.of(folder + "/no/such"));
    if (!use.verb().equals("profile")) { // which adds .svg
      places.add(folder.toString());
      places.add("/dev/full");
    }
    for (String place : places) {
      assumeTrue(!place.equals("/dev/full") || Files.exists(Path.of(place)), "no /dev/full");
      bench.refuses(use.with("$out", place).line());
      assertTrue(bench.err().startsWith("zl: " + place), bench.err());
      bench.awaitRunning("web");
    }
    try (Stream<Path> files = Files.list(folder)) {
      assertEquals(List.of(), files.toList());
    }
  }

  @ParameterizedTest
  @MethodSource("here")
  void aFullStandardOutputIsSaid(Use use) throws Exception {
    Path full = Path.of("/dev/full");
    assumeTrue(Files.exists(full), "there is no /dev/full");
    bench.does(use.before());
    List<String> line = new ArrayList<>(use.line());
    if (verb(use).options().hasOption("json")) {
      line.add("--json");
    }
    try (OutputStream out = Files.newOutputStream(full)) {
      int status = bench.to(new StandardOutput(out, full), line);
      assertNotEquals(0, status, line.toString());
    }
    assertTrue(bench.err().startsWith("zl: standard output cannot be written ("), bench.err());
    assertEquals(1, bench.err().lines().count(), bench.err());
    if (use.verb().equals("save")) {
      awaitWholeFileOrDomain();
    } else if (use.verb().equals("migrate")) {
      bench.awaitOnePlace("web");
    }
  }

  /** Who saves may have been done before it noticed. */
  private void awaitWholeFileOrDomain() throws Exception {
    Path file = bench.path("$out");
    while (Files.exists(file) == bench.has("web") || Files.exists(Path.of(file + ".part"))) {
      Thread.sleep(5);
    }
  }

  @Test
  void whoIsToBePreservedIsThoughThatCannotBeRecorded() throws IOException {
    Path config = bench.path("$config").resolveSibling("ended");
    assertEquals(0, bench.zl("create", "-p", config.toString(), "name='later'"));
    bench.withoutRecords(
        () -> {
          assertEquals(0, bench.zl("unpause", "later"));
          while (!bench.out().contains("later stays, but is not recorded")) {
            assertTrue(bench.has("later"));
            assertEquals(0, bench.zl("dmesg"));
          }
        });
    assertTrue(bench.has("later"));
  }

  @Test
  void whatCannotBeRecordedIsNotDone() throws IOException {
    Path config = bench.path("$config");
    Files.writeString(config, Files.readString(config).replace("'web'", "'new'"));
    bench.withoutRecords(
        () -> {
          bench.refuses(List.of("rename", "web", "old"));
          assertTrue(bench.err().contains(".json: cannot be written ("), bench.err());
          bench.refuses(List.of("config-update", "web", "$config"));
          bench.refuses(List.of("create", "$config"));
        });
    Files.writeString(config, Files.readString(config).replace("'new'", "'web'"));
    assertEquals("running", bench.state("web"));
    assertEquals(3, bench.domains().size());
    assertEquals(0, bench.zl("store", "read", "/local/domain/" + bench.number("web") + "/name"));
    assertEquals("web\n", bench.out());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--status --stop",
        "--now",
        "--memory 0",
        "--memory lots",
        "--processors 0",
        "--processors 9999",
        "--engine warp",
        "--patience 0",
        "--memory 64m",
        "--network dhcp=no"
      })
  void aDaemonThatRunsStaysAsItIs(String options) {
    List<String> line = new ArrayList<>(List.of("daemon"));
    line.addAll(List.of(options.split(" ")));
    bench.refuses(ExitStatus.BAD_USE, line);
    assertEquals(0, bench.zl("daemon", "--status"));
  }

  @Test
  void wordsBehindHelpAreFew() {
    bench.refuses(ExitStatus.BAD_USE, List.of("help", "list", "web"));
    bench.refuses(ExitStatus.BAD_USE, List.of("help", "nosuch"));
    JsonNode list = bench.domains();
    assertEquals(3, list.size(), list.toString());
    assertEquals(ExitStatus.BAD_USE, bench.in(Path.of(""), List.of("list")));
    assertEquals("zl: --state needs the name of a folder\n", bench.err());
  }
}
