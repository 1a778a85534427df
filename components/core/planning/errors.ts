export * from "../errors";
