import { graphql } from "relay-runtime";

export const sales = graphql`
  fragment documents_sales on Query
  @refetchable(queryName: "documentsPageQuery")
  @argumentDefinitions(count: { type: "Int", defaultValue: 2 }, cursor: { type: "String" }) {
    sales(first: $count, after: $cursor, sort: CREATED_AT_DESC) @connection(key: "Sales_sales") {
      edges { node { id reference ...documents_sale } }
    }
  }
`;

export const sale = graphql`
  fragment documents_sale on Sale @refetchable(queryName: "documentsSaleQuery") {
    reference
    version
    gross { amount currency }
  }
`;

export const salesQuery = graphql`
  query documentsSalesQuery { ...documents_sales }
`;

export const change = graphql`
  mutation documentsChangeMutation($input: SaleUpdateInput!) {
    saleUpdate(input: $input) {
      sale { ...documents_sale }
      userErrors { code message path }
    }
  }
`;

export const follow = graphql`
  subscription documentsFollowSubscription($id: ID!) {
    saleChanged(id: $id) {
      kind
      sale { reference ...documents_sale }
    }
  }
`;
