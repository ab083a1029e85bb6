"use strict";

// Signs in with a token, which sessionStorage alone keeps, and shows GraphiQL with examples.
(() => {
  const KEPT = "loge-token";
  const element = React.createElement;
  const door = document.getElementById("door");
  const place = document.getElementById("graphiql");
  const refusal = document.getElementById("refusal");

  const headers = (accept) => ({
    accept,
    authorization: `Bearer ${sessionStorage.getItem(KEPT)}`,
    "content-type": "application/json",
  });

  const ask = async (body) => {
    const answer = await fetch("/graphql", {
      method: "POST",
      headers: headers("application/json"),
      body: JSON.stringify(body),
    });
    return answer.json();
  };

  // A subscription comes as server-sent events: `next` has a result, `complete` ends it.
  async function* follow(body) {
    const leaving = new AbortController();
    try {
      const answer = await fetch("/graphql", {
        method: "POST",
        headers: headers("text/event-stream"),
        body: JSON.stringify(body),
        signal: leaving.signal,
      });
      if (!(answer.headers.get("content-type") || "").startsWith("text/event-stream")) {
        yield await answer.json();
        return;
      }
      const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
      let read = "";
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        read = (read + value).replaceAll("\r\n", "\n");
        const events = read.split("\n\n");
        read = events.pop();
        for (const event of events) {
          const lines = event.split("\n");
          const kind = lines.find((line) => line.startsWith("event:"));
          if (kind && kind.slice(6).trim() === "complete") return;
          const data = lines.filter((line) => line.startsWith("data:"));
          if (data.length) yield JSON.parse(data.map((line) => line.slice(5)).join("\n"));
        }
      }
    } finally {
      leaving.abort();
    }
  }

  const isSubscription = (parsed, name) =>
    Boolean(parsed) &&
    parsed.definitions.some(
      (one) =>
        one.kind === "OperationDefinition" &&
        one.operation === "subscription" &&
        (!name || (one.name && one.name.value === name)),
    );

  const fetcher = (body, options) =>
    isSubscription(options && options.documentAST, body.operationName) ? follow(body) : ask(body);

  const newKey = () => {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  };

  const Icon = () =>
    element(
      "svg",
      { viewBox: "0 0 24 24", fill: "none", stroke: "currentColor", strokeWidth: 1.5 },
      element("path", { d: "M5 4h14M5 9h14M5 14h9M5 19h6" }),
    );

  const Examples = ({ examples }) => {
    const { queryEditor, variableEditor } = GraphiQL.React.useEditorContext({ nonNull: true });
    const open = (example) => {
      queryEditor.setValue(example.document);
      variableEditor.setValue(example.variables.replaceAll("NEW-KEY", newKey()));
    };
    return element(
      "section",
      { className: "examples" },
      element("h2", null, "Examples"),
      examples.map((one) =>
        element("button", { key: one.name, type: "button", onClick: () => open(one) }, one.title),
      ),
      element("h2", null, "Token"),
      element("button", { type: "button", onClick: signOut }, "Sign out"),
    );
  };

  const signOut = () => {
    sessionStorage.clear();
    location.reload();
  };

  const show = async () => {
    const examples = await (await fetch("/graphiql/examples.json")).json();
    const plugin = {
      title: "Examples",
      icon: Icon,
      content: () => element(Examples, { examples }),
    };
    door.hidden = true;
    place.hidden = false;
    ReactDOM.createRoot(place).render(
      element(GraphiQL, {
        fetcher,
        storage: sessionStorage,
        plugins: [plugin],
        visiblePlugin: plugin,
        defaultQuery: examples[0].document,
        variables: examples[0].variables,
        defaultEditorToolsVisibility: "variables",
        shouldPersistHeaders: false,
        isHeadersEditorEnabled: false,
      }),
    );
  };

  const signIn = async () => {
    let answer;
    try {
      answer = await ask({ query: "{ organisation { code } }" });
    } catch {
      answer = { errors: [{ message: "the server does not answer" }] };
    }
    if (answer.data && answer.data.organisation) {
      await show();
      return;
    }
    sessionStorage.removeItem(KEPT);
    refusal.textContent = answer.errors[0].message;
  };

  document.getElementById("sign-in").addEventListener("submit", (event) => {
    event.preventDefault();
    sessionStorage.setItem(KEPT, document.getElementById("token").value.trim());
    signIn();
  });
  if (sessionStorage.getItem(KEPT)) signIn();
})();
