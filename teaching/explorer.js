// Looks up what was computed when this page was made, and shows it. There is no formula of the model in here.
"use strict";

const data = JSON.parse(document.getElementById("explored").textContent);
const {controls, classes, phrases} = data;
const [rows, columns] = controls.slice(-2);

function bytes(text) {
  const letters = atob(text);
  const found = new Uint8Array(letters.length);
  // a callback for each of some millions would take a good part of a second
  for (let place = 0; place < letters.length; place += 1) found[place] = letters.charCodeAt(place);
  return found;
}

const unpacked = (columns, type) =>
  Object.fromEntries(Object.entries(columns).map(([name, text]) => [name, new type(bytes(text).buffer)]));
const codes = unpacked(data.codes, Uint8Array);
const numbers = unpacked(data.numbers, Float32Array);

const plain = new Intl.NumberFormat("en", {minimumSignificantDigits: 3, maximumSignificantDigits: 3});
const share = new Intl.NumberFormat("en", {maximumSignificantDigits: 3, style: "percent"});
const worded = (value) => (Number.isNaN(value) ? phrases.none : plain.format(value));
const filled = (phrase, words) => phrase.replace(/\{(\w+)\}/g, (blank, name) => words[name]);
const element = (name) => document.getElementById(name);

// The cell of a place on each slider.
const cellOf = (places) => controls.reduce((cell, control, which) => cell + places[which] * control.stride, 0);
const places = controls.map((control) => control.start);

function at(places) {
  const cell = cellOf(places);
  const looked = (columns) => Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, column[cell]]));
  return {...looked(codes), ...looked(numbers)};
}

function sentence(found) {
  const penalty = controls.findIndex((control) => control.name === "penalty");
  const words = {
    class: classes[found.best].label,
    threshold: worded(found.threshold),
    watched: share.format(found.comply_probability_watched),
    unwatched: share.format(found.comply_probability_unwatched),
    loss: worded(found.loss),
    penalty: controls[penalty].shown[places[penalty]],
  };
  const said = [phrases.threshold[found.deterrence], phrases.behaviour, phrases.guarding[found.guarding]];
  element("best").textContent = filled(phrases.best, words);
  element("meaning").textContent = classes[found.best].meaning;
  element("why").textContent = said.map((phrase) => filled(phrase, words)).join(" ");
}

function table(found) {
  for (const row of document.querySelectorAll("#worths tr[data-class]")) {
    const isBest = row.dataset.class === classes[found.best].label;
    row.classList.toggle("best", isBest);
    row.querySelector(".value").textContent = worded(found[row.dataset.class]);
    row.querySelector(".mark").textContent = isBest ? phrases.best_mark : "";
  }
}

// The nearest place to each side on one slider at which another class is best.
function nearest(which, best) {
  const found = [];
  for (const step of [-1, 1]) {
    for (let place = places[which] + step; place >= 0 && place < controls[which].shown.length; place += step) {
      const code = codes.best[cellOf(places.with(which, place))];
      if (code !== best) {
        found.push(filled(phrases.place, {class: classes[code].label, value: controls[which].shown[place]}));
        break;
      }
    }
  }
  return found;
}

function changes(found) {
  const lines = controls.map((control, which) => {
    const line = document.createElement("li");
    line.textContent = filled(phrases.change, {
      control: control.label,
      now: control.shown[places[which]],
      places: nearest(which, found.best).join(", ") || phrases.unmoved,
    });
    return line;
  });
  element("changes").replaceChildren(...lines.reverse());
}

// Neighbours of one class in a row are one piece: hatching each of them would take seconds.
function piecesOf(best) {
  const pieces = {left: [], right: [], bottom: [], top: [], colour: [], hatch: []};
  for (let row = 0; row < rows.shown.length; row += 1) {
    const line = best.subarray(row * columns.shown.length, (row + 1) * columns.shown.length);
    for (let from = 0, to; from < line.length; from = to) {
      for (to = from + 1; line[to] === line[from]; ) to += 1;
      pieces.left.push(columns.edges[from]);
      pieces.right.push(columns.edges[to]);
      pieces.bottom.push(rows.edges[row]);
      pieces.top.push(rows.edges[row + 1]);
      pieces.colour.push(classes[line[from]].colour);
      pieces.hatch.push(classes[line[from]].hatch);
    }
  }
  return pieces;
}

function drawMap(plots) {
  const size = rows.shown.length * columns.shown.length;
  const first = cellOf(places.with(-1, 0).with(-2, 0));
  const best = codes.best.subarray(first, first + size);
  const [row, column] = places.slice(-2);
  plots.cells.data = piecesOf(best);
  const isFar = (name) =>
    Math.abs(name[1] - columns.values[column]) > 0.2 * (columns.edges.at(-1) - columns.edges[0]) ||
    Math.abs(name[2] - rows.values[row]) > 0.06 * (rows.edges.at(-1) - rows.edges[0]);
  // the marker would hide the name of the class that the sentence gives
  const names = data.names[first / size].filter(isFar);
  plots.names.data = {
    x: names.map((name) => name[1]),
    y: names.map((name) => name[2]),
    text: names.map((name) => classes[name[0]].label),
  };
  const isLeft = column < columns.shown.length / 2;
  plots.here.data = {
    x: [columns.values[column]],
    y: [rows.values[row]],
    text: [phrases.here],
    align: [isLeft ? "left" : "right"],
    offset: [isLeft ? 10 : -10],
  };
  classes.forEach((one, code) => {
    document.querySelector(`#legend [data-class="${one.label}"]`).hidden = !best.includes(code);
  });
}

function drawWorth(plots) {
  const along = (name) => rows.values.map((_, row) => numbers[name][cellOf(places.with(-2, row))]);
  plots.worth.data = {rate: rows.values, honest: along("honest"), faking: along("faking"), compliant: along("compliant")};
  plots.rate.location = rows.values[places.at(-2)];
}

function tell() {
  const found = at(places);
  controls.forEach((control, which) => {
    const [slider, value] = [element(control.name), element(`${control.name}-value`)];
    slider.value = places[which];
    value.textContent = control.shown[places[which]];
    slider.setAttribute("aria-valuetext", control.shown[places[which]]);
  });
  sentence(found);
  table(found);
  changes(found);
}

function draw(plots) {
  drawMap(plots);
  drawWorth(plots);
}

function show(plots) {
  tell();
  draw(plots);
}

const nearestPlace = (values, wanted) =>
  values.reduce((best, value, place) => (Math.abs(value - wanted) < Math.abs(values[best] - wanted) ? place : best), 0);

async function start() {
  // words do not wait for figures
  tell();
  performance.mark("told");
  const [map, worth] = await Promise.all(
    ["map", "worth"].map((name) => Bokeh.embed.embed_item(JSON.parse(element(`${name}-item`).textContent), name))
  );
  const plots = {};
  for (const [manager, names] of [[map, ["cells", "names", "here"]], [worth, ["worth", "rate"]]]) {
    const known = manager.roots[0].model.document;
    for (const name of names) plots[name] = known.get_model_by_name(name);
  }
  controls.forEach((control, which) =>
    element(control.name).addEventListener("input", (event) => {
      places[which] = Number(event.target.value);
      show(plots);
    })
  );
  map.roots[0].model.on_event("tap", (event) => {
    places.splice(-2, 2, nearestPlace(rows.values, event.y), nearestPlace(columns.values, event.x));
    show(plots);
  });
  show(plots);
  window.explorer = {at, plots};
  requestAnimationFrame(() => performance.mark("shown"));
}

start();
